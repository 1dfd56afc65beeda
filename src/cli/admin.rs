//! Commands that work on the data folder or print what is built in; none needs a running server.

use super::CliError;
use crate::web::docs;

pub fn openapi() -> Result<(), CliError> {
    println!("{}", docs::document().to_pretty_json().map_err(CliError::because)?);
    Ok(())
}

pub fn schema() -> Result<(), CliError> {
    println!("{}", serde_json::to_string_pretty(&actors::protocol::schema()).map_err(CliError::because)?);
    Ok(())
}
