//! A new source in four steps: messenger, access, name and pipeline, test message. Each is a page with an address of its
//! own; what was entered lies sealed in the session, and nothing is made in amoCRM before the third step is confirmed.
//!
//! ```text
//! new ─▶ {kind}/access (checked live) ─▶ {kind}/routing ─▶ source::create, once ─▶ {kind}/test
//! ```

mod access;
mod choose;
mod draft;
mod leave;
mod routing;
mod steps;
mod test;

use actix_web::HttpResponse;

use crate::app::App;
use crate::error::{Error, Result};
use crate::panel::{Member, Notice, Tone};
use crate::source::Kind;

pub use access::{get as access, post as post_access};
pub use choose::{get as choose, post as post_choose};
pub use leave::{ask as ask_leave, leave};
pub use routing::{get as routing, post as post_routing};
pub use test::get as test;

use draft::Draft;

/// A kind that this account can have.
fn kind_of(app: &App, member: &Member, name: &str) -> Result<Kind> {
    crate::source::kinds(app, &member.tenant).into_iter().find(|kind| kind.kind == name).ok_or(Error::NotFound)
}

/// The draft of this kind, if the session has one that is not too old.
fn draft_of(app: &App, member: &Member, kind: &str) -> Option<Draft> {
    Draft::read(app, member).filter(|draft| draft.kind == kind)
}

/// What was entered is gone: begin again.
async fn too_old(app: &App, member: &Member) -> Result<HttpResponse> {
    member.see_other(app, "/panel/sources/new", Notice::of(Tone::Warn, member.words.say("wizard-too-old"))).await
}

fn address(kind: &str, step: &str) -> String {
    format!("/panel/sources/new/{kind}/{step}")
}
