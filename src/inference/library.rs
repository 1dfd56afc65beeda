//! Opens an ONNX Runtime library that the operator named. The only place where models need `unsafe`.
#![allow(unsafe_code, reason = "a C library is opened and its table of functions is read")]

use super::BackendError;
use libloading::Library;
use std::{ffi::CStr, path::Path};

/// The version of the interface that is asked for: ONNX Runtime 1.24 and later have it.
pub const API: u32 = ort_sys::ORT_API_VERSION;

/// Its functions, and its name with its version. The library stays open for as long as the process lives.
pub fn open(path: &Path) -> Result<(ort_sys::OrtApi, String), BackendError> {
    let failed = |why: libloading::Error| BackendError::Library { path: path.to_path_buf(), why: why.to_string() };
    // SAFETY: opening runs the library's own start-up code: it is what the operator asked for, as with any program of theirs.
    let library = unsafe { Library::new(path) }.map_err(failed)?;
    // SAFETY: `OrtGetApiBase` has had this signature since ONNX Runtime 1.0; a library without the symbol is an error.
    let base = unsafe { library.get::<unsafe extern "C" fn() -> *const ort_sys::OrtApiBase>(b"OrtGetApiBase\0") };
    let base = *base.map_err(failed)?;
    // SAFETY: it takes nothing and answers with a table that lives as long as the library, or null.
    let base = unsafe { base().as_ref() };
    let wrong = |why: &str| BackendError::Library { path: path.to_path_buf(), why: why.to_owned() };
    let base = base.ok_or_else(|| wrong("it has no table of functions"))?;
    // SAFETY: the table's functions are those of its header; an interface that it doesn't have is null.
    let (api, version) = unsafe { ((base.GetApi)(API).as_ref(), (base.GetVersionString)()) };
    let api = api.ok_or_else(|| BackendError::TooOld(path.to_path_buf()))?.clone();
    let version = if version.is_null() {
        "of an unknown version".to_owned()
    } else {
        // SAFETY: not null, and a string that ends in a null byte, by its contract.
        unsafe { CStr::from_ptr(version) }.to_string_lossy().into_owned()
    };
    // What was read out of it must stay where it is.
    std::mem::forget(library);
    Ok((api, format!("ONNX Runtime {version}")))
}
