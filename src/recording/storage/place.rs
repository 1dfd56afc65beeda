//! One place for files: a folder, or a bucket of anything that speaks S3.

use super::StorageError;
use crate::config::Secret;
use futures_util::{Stream, stream};
use object_store::{
    Attribute, Attributes, ClientOptions, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::AmazonS3Builder, local::LocalFileSystem, multipart::MultipartStore, path::Path as Key, signer::Signer,
};
use std::{ops::Range, path::Path, sync::Arc, time::Duration};

/// What is read at once.
const PIECE: u64 = 1024 * 1024;
/// One request takes no longer, with all that is sent and received.
const REQUEST: Duration = Duration::from_secs(120);
const CONNECT: Duration = Duration::from_secs(5);
/// The store's client tries again for so long; after that it is for whoever asked to wait.
const RETRY: Duration = Duration::from_secs(10);

/// How an S3 store is reached. Its secrets have no `Debug` that shows them.
#[derive(Clone, Default)]
pub struct Access {
    /// None: Amazon's own, by region.
    pub endpoint: Option<String>,
    pub region: String,
    /// Without a key: the environment's, or the machine's own role.
    pub key: Option<Secret>,
    pub secret: Option<Secret>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Place {
    pub(super) objects: Arc<dyn ObjectStore>,
    /// Only where uploads can go on after a restart.
    pub(super) parts: Option<Arc<dyn MultipartStore>>,
    signer: Option<Arc<dyn Signer>>,
    prefix: String,
}

impl Place {
    /// A folder of this machine, which is made.
    pub fn folder(path: &Path) -> Result<Self, StorageError> {
        std::fs::create_dir_all(path).map_err(|error| StorageError::Wrong(format!("{}: {error}", path.display())))?;
        let objects = LocalFileSystem::new_with_prefix(path).map_err(|error| StorageError::Wrong(error.to_string()))?;
        Ok(Self { objects: Arc::new(objects), parts: None, signer: None, prefix: String::new() })
    }

    /// `s3://bucket/prefix`, `file:///folder` or `/folder`.
    pub fn at(url: &str, access: &Access) -> Result<Self, StorageError> {
        if let Some(rest) = url.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            return Self::bucket(bucket, prefix.trim_matches('/'), access);
        }
        match url.strip_prefix("file://").unwrap_or(url) {
            folder if folder.starts_with('/') => Self::folder(Path::new(folder)),
            _ => Err(StorageError::Wrong(format!("{url}: must be s3://bucket/prefix, file:///folder or /folder"))),
        }
    }

    fn bucket(bucket: &str, prefix: &str, access: &Access) -> Result<Self, StorageError> {
        let retry = RetryConfig { max_retries: 2, retry_timeout: RETRY, ..RetryConfig::default() };
        let client = ClientOptions::new().with_timeout(REQUEST).with_connect_timeout(CONNECT);
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_region(&access.region);
        builder = builder.with_retry(retry).with_client_options(client).with_disable_bulk_delete(true);
        if let Some(endpoint) = &access.endpoint {
            builder = builder.with_endpoint(endpoint).with_virtual_hosted_style_request(false);
            // Only where the operator says so: a store in the same network.
            builder = builder.with_allow_http(endpoint.starts_with("http://"));
        }
        if let (Some(key), Some(secret)) = (&access.key, &access.secret) {
            builder = builder.with_access_key_id(key.reveal()).with_secret_access_key(secret.reveal());
        }
        let store = builder.build().map_err(|error| StorageError::Wrong(error.to_string()))?;
        let store = Arc::new(store);
        Ok(Self { objects: store.clone(), parts: Some(store.clone()), signer: Some(store), prefix: prefix.to_owned() })
    }

    /// Where a file of that name is. No part of it leads out of the place.
    pub(super) fn key(&self, name: &str) -> Result<Key, StorageError> {
        let whole = if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) };
        Key::parse(whole).map_err(|error| StorageError::Wrong(error.to_string()))
    }

    /// # Errors
    /// [`StorageError::Missing`].
    pub async fn size(&self, name: &str) -> Result<u64, StorageError> {
        Ok(self.objects.head(&self.key(name)?).await.map_err(refused)?.size)
    }

    /// Bytes of a file, which must be there.
    pub async fn bytes(&self, name: &str, range: Range<u64>) -> Result<bytes::Bytes, StorageError> {
        if range.is_empty() {
            return Ok(bytes::Bytes::new());
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let got = self.objects.get_opts(&self.key(name)?, options).await.map_err(refused)?;
        got.bytes().await.map_err(refused)
    }

    /// A part of a file, piece by piece: none of the requests is long, however slow the reader is.
    pub fn stream(&self, name: &str, range: Range<u64>) -> impl Stream<Item = Result<bytes::Bytes, StorageError>> + 'static {
        let (place, name) = (self.clone(), name.to_owned());
        stream::try_unfold(range, move |left| {
            let (place, name) = (place.clone(), name.clone());
            async move {
                if left.is_empty() {
                    return Ok(None);
                }
                let piece = left.start..left.end.min(left.start + PIECE);
                let bytes = place.bytes(&name, piece.clone()).await?;
                if bytes.len() as u64 != piece.end - piece.start {
                    return Err(StorageError::Away("the file is shorter than it was".to_owned()));
                }
                Ok(Some((bytes, piece.end..left.end)))
            }
        })
    }

    /// A file that is not there is removed.
    pub async fn remove(&self, name: &str) -> Result<(), StorageError> {
        match self.objects.delete(&self.key(name)?).await.map_err(refused) {
            Ok(()) | Err(StorageError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// An address at which the store itself gives the file out, to whoever has it, for so long.
    pub async fn link(&self, name: &str, lives: Duration) -> Option<String> {
        let signer = self.signer.as_ref()?;
        // The default is to get.
        let signed = signer.signed_url(Default::default(), &self.key(name).ok()?, lives).await;
        signed.inspect_err(|error| tracing::warn!(%error, "a link to the store can't be signed")).ok().map(String::from)
    }
}

/// As it is given out by the store itself: never shown in a page of the store's own origin.
pub(super) fn attributes(mime: &str) -> Attributes {
    [(Attribute::ContentType, mime.to_owned()), (Attribute::ContentDisposition, "attachment".to_owned())].into_iter().collect()
}

pub(super) fn refused(error: Error) -> StorageError {
    match error {
        Error::NotFound { .. } => StorageError::Missing,
        error => StorageError::Away(error.to_string().chars().take(300).collect()),
    }
}
