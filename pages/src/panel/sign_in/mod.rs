//! Signing in and out.
//!
//! ```text
//! /sign-in (password) ─┐                     ┌─▶ one account ─▶ its session
//! /link (one time)  ───┼─▶ code, if enrolled ┼─▶ several ─▶ /choose ─▶ its session
//! /enter (ticket)  ────┴────────────────────▶┘
//! ```
//!
//! Only forms change who is signed in. The one exception is a ticket that the widget opens in a browser in which no
//! other person is signed in: this takes one click.

mod choose;
mod enter;
mod into;
mod invitation;
mod leave;
mod link;
mod password;
mod second;

use actix_web::web;

pub use into::named;
pub(super) use leave::back;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sign-in", web::get().to(password::show))
        .route("/sign-in", web::post().to(password::check))
        .route("/sign-in/link", web::post().to(link::ask))
        .route("/sign-in/code", web::post().to(second::check))
        .route("/link", web::get().to(link::show))
        .route("/link", web::post().to(link::take))
        .route("/invitation", web::get().to(invitation::show))
        .route("/invitation", web::post().to(invitation::take))
        .route("/enter", web::get().to(enter::show))
        .route("/enter", web::post().to(enter::enter))
        .route("/entered", web::get().to(enter::entered))
        .route("/choose", web::get().to(choose::show))
        .route("/choose", web::post().to(choose::choose))
        .route("/language", web::post().to(leave::language))
        .route("/sign-out", web::post().to(leave::sign_out));
}
