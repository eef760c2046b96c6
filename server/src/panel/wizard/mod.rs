//! A new source in four steps: messenger, access, name and pipeline, test message. Each is a page with its own address.
//! The input is stored encrypted in the session, and nothing is created in amoCRM before the third step is submitted.
//!
//! ```text
//! new ─▶ {kind}/access (checked live) ────────────────────▶ {kind}/routing ─▶ source::create, once ─▶ {kind}/test
//!           └▶ the messenger's page ─▶ {kind}/line ─┘
//! ```

mod access;
mod choose;
mod consent;
mod draft;
mod leave;
mod line;
mod routing;
mod steps;
mod test;

use base::error::{Error, Result};

use crate::panel::PanelContext;
use crate::panel::{Answer, Member, Notice, Tone};
use crate::source::SourceKind;

pub use access::{get as access, post as post_access};
pub use choose::{get as choose, post as post_choose};
pub use consent::{returned as consented, start as consent};
pub use leave::{ask as ask_leave, leave};
pub use line::{get as line, post as post_line};
pub use routing::{get as routing, post as post_routing};
pub use test::get as test;

use draft::SourceDraft;

/// A kind available to this account.
fn kind_of(app: &PanelContext, member: &Member, name: &str) -> Result<SourceKind> {
    crate::source::kinds(app, &member.here.tenant).into_iter().find(|kind| kind.kind == name).ok_or(Error::NotFound)
}

/// The session's draft of this kind, unless it has expired.
fn draft_of(app: &PanelContext, member: &Member, kind: &str) -> Option<SourceDraft> {
    SourceDraft::read(app, member).filter(|draft| draft.kind == kind)
}

/// Redirects to the first step, because the draft has expired.
async fn too_old(app: &PanelContext, member: &Member) -> Answer {
    member.see_other(app, "/panel/sources/new", Notice::of(Tone::Warn, member.words.text("wizard-too-old"))).await
}

fn address(kind: &str, step: &str) -> String {
    format!("/panel/sources/new/{kind}/{step}")
}
