//! Assets of the admin beyond those of the panel.

use actix_web::{HttpRequest, web};
use base::browser::asset::{self, Asset, PICTURE, STYLE};
use base::error::Error;

use super::letter::{ICON, ICON_NAME};
use crate::panel::Answer;

fn file_of(name: &str) -> Option<Asset> {
    Some(match name {
        "admin.css" => (STYLE, include_str!("../../assets/admin/admin.css")),
        ICON_NAME => (PICTURE, ICON),
        _ => return None,
    })
}

/// `GET /admin/assets/{file}`
pub async fn get(file: web::Path<String>, request: HttpRequest) -> Answer {
    Ok(asset::answer(file_of(&file).ok_or(Error::NotFound)?, &request))
}
