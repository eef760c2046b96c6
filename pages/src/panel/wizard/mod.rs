//! A new source in four steps: messenger, access, name and pipeline, test message. Each is a page with its own address.
//! The input is stored encrypted in the session, and nothing is created in amoCRM before the third step is submitted.
//!
//! ```text
//! new ─▶ {kind}/access (checked live) ────────────────────▶ {kind}/routing ─▶ source::create, once ─▶ {kind}/test
//!           └▶ the messenger's page ─▶ {kind}/line ─┘
//! ```
//!
//! Several lines ticked at once become several sources, each with a name of its own; the rest of step 3 is asked once.

mod access;
mod asked;
mod consent;
mod lines;
mod routing;
mod several;

use std::sync::Arc;

use actix_web::HttpRequest;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use base::supervisor::detach;
use chrono::TimeDelta;
use connectors::OfferedLine;
use domain::identity::realm::LIVE;
use domain::source::SourceKind;
use domain::tenant::{TenantStatus, plan};
use entity::tenant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::sources::{KindAbilities, abilities_of};
use super::{
    Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone,
};
use crate::panel;

pub use access::{get as access, post as post_access};
pub use consent::{returned as consented, start as consent, start_again as consent_again};
pub use lines::{line, post_line};
pub use several::{post_routing, routing, test};

/// A kind available to this account.
fn kind_of(app: &PanelContext, member: &Member, name: &str) -> Result<SourceKind> {
    domain::source::kinds(&app.sources, &member.here.tenant)
        .into_iter()
        .find(|kind| kind.kind == name)
        .ok_or(Error::NotFound)
}

/// The session's draft of this kind, unless it has expired.
fn draft_of(app: &PanelContext, member: &Member, kind: &str) -> Option<SourceDraft> {
    SourceDraft::read(app, member).filter(|draft| draft.kind == kind)
}

/// Redirects to the first step, because the draft has expired or another messenger's took its place.
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
    /// The source that needs new access; none for a new one.
    #[serde(default)]
    pub renews: Option<Uuid>,
    /// Lines of the same consent that are not in the list, because it is limited.
    #[serde(default)]
    pub left_out: usize,
    /// The keys of the ticked ones, and what was entered for them.
    #[serde(default)]
    pub ticked: Vec<String>,
    #[serde(default)]
    pub typed: Value,
    /// The messenger's second page is next.
    #[serde(default)]
    pub confirms: bool,
    /// Ticked lines that were not connected, by key, and why.
    #[serde(default)]
    pub failures: Vec<(String, String)>,
    /// Ticked lines that become sources together; empty if it is one.
    #[serde(default)]
    pub several: Vec<ChosenLine>,
    pub name: String,
    /// Empty: amoCRM's default.
    pub pipeline: String,
    pub default: bool,
    /// It receives beside another service and sends nothing.
    #[serde(default)]
    pub shadow: bool,
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

/// One of several lines that become sources.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChosenLine {
    pub key: String,
    /// The messenger's public name.
    pub line: String,
    /// What its source is called unless a person says otherwise.
    pub title: String,
    /// With credentials; emptied once the source is created.
    pub settings: Value,
    /// The name of its source.
    pub name: String,
    /// As [`SourceDraft::external_id`].
    pub external_id: String,
    pub created: Option<Uuid>,
}

/// A new id for a source, generated before its form is submitted.
fn new_external_id(kind: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let random: [u8; 10] = rand::random();
    let tail: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    let head: String = kind.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
    format!("{head}-{tail}")
}

impl SourceDraft {
    pub fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            settings: Value::Object(serde_json::Map::new()),
            external_id: new_external_id(kind),
            ..Self::default()
        }
    }

    /// Forgets what an earlier consent brought.
    pub fn forget_lines(&mut self) {
        self.lines.clear();
        self.ticked.clear();
        self.failures.clear();
        self.several.clear();
        (self.left_out, self.typed, self.confirms) = (0, Value::Null, false);
    }

    pub fn ticked_lines(&self) -> Vec<OfferedLine> {
        self.lines.iter().filter(|line| self.ticked.contains(&line.key)).cloned().collect()
    }

    /// The failures with the lines' names.
    pub fn named_failures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.failures.iter().map(|(key, why)| {
            let line = self.lines.iter().find(|line| line.key == *key);
            (line.map_or(key.as_str(), |line| line.name.as_str()), why.as_str())
        })
    }

    /// At least one of several lines is a source.
    pub fn is_made(&self) -> bool {
        self.several.iter().any(|line| line.created.is_some())
    }

    /// `None` if there is none, or it has expired.
    pub fn read(app: &PanelContext, member: &Member) -> Option<Self> {
        let draft = member.data::<Self>(app, NAME)?;
        (app.clock.millis() - draft.touched_at < KEPT.num_milliseconds()).then_some(draft)
    }

    /// Whether the session has one of this kind, even if it has expired.
    pub fn is_of(app: &PanelContext, member: &Member, kind: &str) -> bool {
        member.data::<Self>(app, NAME).is_some_and(|draft| draft.kind == kind)
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
    /// The messenger, once it is chosen.
    pub of: Option<&'static str>,
}

const TITLES: [&str; 4] = ["wizard-step-messenger", "wizard-step-access", "wizard-step-routing", "wizard-step-test"];

/// `at` counts from one.
pub fn steps(page: &PageContext, at: usize, of: Option<&'static str>) -> Steps {
    let words = page.words;
    let step = |(index, key): (usize, &&'static str)| {
        let number = index + 1;
        WizardStep { number, title: words.text(*key), current: number == at, done: number < at }
    };
    let title = TITLES.get(at - 1).map(|key| words.text(*key).to_string()).unwrap_or_default();
    Steps {
        all: TITLES.iter().enumerate().map(step).collect(),
        said: words.text("wizard-step").with("step", at).with("steps", TITLES.len()).with("title", title),
        of,
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChooseForm {
    kind: String,
}

struct KindOffer {
    kind: &'static str,
    name: Sentence,
    mark: &'static str,
    card: KindAbilities,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "panel/wizard/choose.html")]
struct ChooseKindPage {
    page: PageContext,
    steps: Steps,
    /// Why nothing can be added now; `None` if it can.
    barred: Option<Sentence>,
    offers: Vec<KindOffer>,
}

/// `GET /panel/sources/new`.
pub async fn choose(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::EditSources)?;
    // The parts that renew by themselves ask amoCRM nothing.
    if !request.headers().contains_key(LIVE) {
        ask_whether_paid(&app, &member);
    }
    show(&app, &member).await
}

/// `POST /panel/sources/new`.
pub async fn post_choose(app: AppData, member: Member, form: Form<ChooseForm>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &form.kind)?;
    // Going back and forth keeps the input, unless the source was already created.
    let mut draft = draft_of(&app, &member, kind.kind)
        .filter(|draft| draft.created.is_none() && !draft.is_made())
        .unwrap_or_else(|| SourceDraft::new(kind.kind));
    draft.keep(&app, &member).await?;
    Ok(panel::to(&address(kind.kind, "access")))
}

/// Asks amoCRM in the background whether an account that it did not serve was paid for meanwhile. The page shows what is
/// stored, at once, and renews itself.
fn ask_whether_paid(app: &PanelContext, member: &Member) {
    let (sources, tenant) = (app.sources.clone(), tenant::Model::clone(&member.here.tenant));
    if app.is_read_only() || TenantStatus::shown(&tenant) == TenantStatus::Active {
        return;
    }
    detach("account_check", async move {
        let tenant_id = tenant.tenant_id;
        if let Err(error) = domain::source::served(&sources, tenant).await {
            tracing::info!(tenant.id = %tenant_id, %error, "amoCRM still does not serve the account");
        }
    });
}

async fn show(app: &Arc<PanelContext>, member: &Member) -> Answer {
    let page = member.page("wizard-title", Nav::Sources);
    let words = page.words;
    let usage = domain::source::usage(&app.sources, member.tenant_id).await?;
    let status = TenantStatus::shown(&member.here.tenant);
    let barred = if status != TenantStatus::Active {
        let key = format!("tenant-state-{}-hint", status.as_str());
        let end = plan::end_date(&app.config, &member.here.tenant, app.clock.millis(), words);
        Some(words.text(key).with("crm", page.crm).with("days", 7).with("vendor", "").with("date", end))
    } else if usage.is_full() {
        Some(words.text("sources-limit-reached").with("limit", usage.limit))
    } else {
        None
    };
    let before = SourceDraft::read(app, member).filter(|draft| draft.created.is_none()).map(|draft| draft.kind);
    let kinds = domain::source::kinds(&app.sources, &member.here.tenant);
    let offers = kinds
        .iter()
        .map(|kind| KindOffer {
            kind: kind.kind,
            name: words.text_of("connector-", kind.kind),
            mark: connectors::kinds::mark(kind.kind),
            card: abilities_of(words, kind.kind, kind.abilities),
            chosen: before.as_deref() == Some(kind.kind),
        })
        .collect();
    panel::html(&page, &ChooseKindPage { steps: steps(&page, 1, None), barred, offers, page: page.clone() })
}
