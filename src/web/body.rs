//! A JSON body that may be left out.

use super::{error::Problem, json_problem, state::Shared};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    web::{Data, Json},
};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

/// The body, or the type's default when there is none; a broken one is an error all the same.
pub struct OrDefault<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OrDefault<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let length = headers.get("content-length").and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
        if length.unwrap_or(0) == 0 && !headers.contains_key("transfer-encoding") {
            return Box::pin(async { Ok(Self(T::default())) });
        }
        let limit = request.app_data::<Data<Shared>>().map_or(0, |shared| shared.config.max_body_bytes);
        let json = Json::<T>::from_request(request, payload);
        Box::pin(async move {
            json.await.map(|Json(body)| Self(body)).map_err(|error| {
                if let Some(problem) = error.as_error::<Problem>() {
                    return problem.clone();
                }
                error.as_error().map_or_else(|| Problem::bad_request("the body can't be read"), |wrong| json_problem(wrong, limit as u64))
            })
        })
    }
}
