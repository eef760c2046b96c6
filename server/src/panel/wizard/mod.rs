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
mod line;
mod routing;
mod test;

use base::error::{Error, Result};
use base::i18n::Sentence;
use chrono::TimeDelta;
use connectors::OfferedLine;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::panel::{
    self, Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone,
};
use crate::source::SourceKind;
pub use access::{get as access, post as post_access};
pub use choose::{get as choose, post as post_choose};
pub use consent::{returned as consented, start as consent};
pub use line::{get as line, post as post_line};
pub use routing::{get as routing, post as post_routing};
pub use test::get as test;

/// A kind available to this account.
fn kind_of(app: &PanelContext, member: &Member, name: &str) -> Result<SourceKind> {
    crate::source::kinds(&app.sources, &member.here.tenant)
        .into_iter()
        .find(|kind| kind.kind == name)
        .ok_or(Error::NotFound)
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

const NAME: &str = "wizard";
const KEPT: TimeDelta = TimeDelta::minutes(30);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SourceDraft {
    pub kind: String,
    /// With credentials; emptied once the source is created.
    pub settings: Value,
    /// These settings passed the live check.
    pub checked: bool,
    /// What the check found.
    pub seen: String,
    /// The messenger's public name of the connection; empty if it returned none.
    #[serde(default)]
    pub line: String,
    /// Another service has the connection, and the person has been warned that continuing takes it over.
    #[serde(default)]
    pub moves: bool,
    /// Lines that were authorized on the messenger's own page, with credentials; empty if settings are entered by hand.
    #[serde(default)]
    pub lines: Vec<OfferedLine>,
    /// The key of the chosen line.
    #[serde(default)]
    pub line_key: String,
    pub name: String,
    /// Empty: amoCRM's default.
    pub pipeline: String,
    pub default: bool,
    /// To which contact new chats are linked; empty: amoCRM chooses.
    #[serde(default)]
    pub contact_rule: String,
    pub channel_id: Option<Uuid>,
    /// Generated at the start, so that submitting twice creates one source.
    pub external_id: String,
    pub created: Option<Uuid>,
    /// The webhook's signing secret, kept until the last page has shown it.
    pub secret: Option<String>,
    touched_at: i64,
}

impl SourceDraft {
    pub fn new(kind: &str) -> Self {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let random: [u8; 10] = rand::random();
        let tail: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
        let head: String = kind.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
        Self {
            kind: kind.to_owned(),
            settings: Value::Object(serde_json::Map::new()),
            external_id: format!("{head}-{tail}"),
            ..Self::default()
        }
    }

    /// `None` if there is none, or it has expired.
    pub fn read(app: &PanelContext, member: &Member) -> Option<Self> {
        let draft = member.data::<Self>(app, NAME)?;
        (app.clock.millis() - draft.touched_at < KEPT.num_milliseconds()).then_some(draft)
    }

    pub async fn keep(&mut self, app: &PanelContext, member: &Member) -> Result<()> {
        self.touched_at = app.clock.millis();
        member.set_data(app, NAME, Some(self)).await
    }

    pub async fn forget(app: &PanelContext, member: &Member) -> Result<()> {
        member.set_data::<Self>(app, NAME, None).await
    }
}

/// One step.
pub struct WizardStep {
    pub number: usize,
    pub title: Sentence,
    pub current: bool,
    pub done: bool,
}

/// The steps and the current position.
pub struct Steps {
    pub all: Vec<WizardStep>,
    /// For narrow pages: "Step 2 of 4: Access".
    pub said: Sentence,
}

const TITLES: [&str; 4] = ["wizard-step-messenger", "wizard-step-access", "wizard-step-routing", "wizard-step-test"];

/// `at` counts from one.
pub fn steps(page: &PageContext, at: usize) -> Steps {
    let words = page.words;
    let step = |(index, key): (usize, &&'static str)| {
        let number = index + 1;
        WizardStep { number, title: words.text(*key), current: number == at, done: number < at }
    };
    let title = TITLES.get(at - 1).map(|key| words.text(*key).to_string()).unwrap_or_default();
    Steps {
        all: TITLES.iter().enumerate().map(step).collect(),
        said: words.text("wizard-step").with("step", at).with("steps", TITLES.len()).with("title", title),
    }
}

/// `GET /panel/sources/new/leave`.
pub async fn ask_leave(app: AppData, member: Member) -> Answer {
    member.require(Right::EditSources)?;
    let draft = SourceDraft::read(&app, &member).filter(|draft| draft.created.is_none());
    let Some(draft) = draft else { return Ok(panel::to("/panel/sources")) };
    let page = member.page("wizard-leave-title", Nav::Sources);
    let confirm = ConfirmPage {
        sentence: page.words.text("wizard-leave"),
        action: "/panel/sources/new/leave".to_owned(),
        button: page.words.text("wizard-leave-button"),
        danger: false,
        back: address(&draft.kind, "access"),
        page,
    };
    confirm.ask()
}

/// `POST /panel/sources/new/leave`.
pub async fn leave(app: AppData, member: Member, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditSources)?;
    SourceDraft::forget(&app, &member).await?;
    Ok(panel::to("/panel/sources"))
}
