//! The API: `/method/NAME` with parameters as a form or in the query, upload servers, files.

mod answer;
mod comments;
mod files;
mod groups;
mod history;
mod keyboard;
mod messages;
mod params;
mod people;
mod receive;
mod send;
mod servers;
mod table;
mod uploads;

use actix_web::web;

/// Adds the routes of the API.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/method/{name}", web::get().to(receive::call))
        .route("/method/{name}", web::post().to(receive::call))
        .route("/upload/{kind}/{ticket}", web::post().to(uploads::take))
        .route("/files/{key}/{name}", web::get().to(files::file));
}
