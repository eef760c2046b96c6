//! Before a switch: whether it can be done, and what it will change where.

use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::in_transaction;
use base::worded::worded;
use connectors::{Denied, Receiver, Shadow, Watched};
use entity::{message, source};
use sea_orm::QuerySelect;
use sea_orm::sea_query::{Expr, ExprTrait};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::settings;
use crate::source::handover;
use crate::source::takeover::{self, Other, Takeover, other};
use crate::source::window::Window;
use crate::source::{By, SourceContext, all};
use crate::template::{expected, has_reviews};

use super::compare::seen;

worded! {
    /// What is checked before a switch, with the word of the public API.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum CheckName, as_str {
        Account = "account",
        Access = "access",
        Webhook = "webhook",
        Others = "others",
        Source = "source",
        Default = "default",
        Templates = "templates",
        Window = "window",
    }
}

worded! {
    /// What a check found, with the word of the public API.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum CheckStatus, as_str {
        Ok = "ok",
        /// The line can be switched; the text says what changes.
        Warn = "warn",
        /// The line cannot be switched.
        Fail = "fail",
    }
}

/// A check before a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckLine {
    pub name: CheckName,
    pub status: CheckStatus,
    pub detail: LocalizedText,
}

/// What a switch needs and what it changes.
#[derive(Clone, Debug)]
pub struct Plan {
    pub checks: Vec<CheckLine>,
    /// Who receives now and is switched off.
    pub others: Vec<Other>,
    /// Chats that the shadow saw.
    pub chats: u64,
    receivers: Vec<Receiver>,
}

impl Plan {
    /// Whether nothing speaks against the switch.
    pub fn is_ready(&self) -> bool {
        self.checks.iter().all(|line| line.status != CheckStatus::Fail)
    }
}

/// Checks a shadow, at the messenger and at amoCRM. 409 `takeover_no_shadow` if the source is none.
pub async fn plan(app: &Arc<SourceContext>, source: &source::Model) -> Result<Plan> {
    if !source.is_shadow() {
        let detail = LocalizedText::new("said-takeover-no-shadow");
        return Err(Error::Conflict { problem: "takeover_no_shadow", detail });
    }
    let (lines, receivers) = line_checks(app, source).await?;
    let may_begin = handover::may_begin(app, source).await;
    let mut checks = vec![said(CheckName::Account, may_begin, "takeover-check-account")];
    checks.extend(lines);
    checks.extend(crm_checks(app, source).await?);
    let others = receivers.iter().map(|one| other(one, false)).collect();
    Ok(Plan { checks, others, chats: chats(app, source).await?, receivers })
}

fn line(name: CheckName, status: CheckStatus, key: &'static str) -> CheckLine {
    CheckLine { name, status, detail: LocalizedText::new(key) }
}

/// The check of something that must succeed.
fn said(name: CheckName, done: Result<()>, key: &'static str) -> CheckLine {
    match done {
        Ok(()) => line(name, CheckStatus::Ok, key),
        Err(error) => CheckLine { name, status: CheckStatus::Fail, detail: error.text() },
    }
}

/// At the messenger, and who receives there.
async fn line_checks(app: &SourceContext, source: &source::Model) -> Result<(Vec<CheckLine>, Vec<Receiver>)> {
    let connector = app.connectors.get(&source.kind).ok_or(Error::NotFound)?;
    let settings = settings::open(app, source)?;
    let hook = settings::hook_of(app, &source.kind, source.id, &settings).ok_or(Error::NotFound)?;
    let failed = |name, denied: Denied| CheckLine { name, status: CheckStatus::Fail, detail: denied.into_text() };
    let mut checks = Vec::new();
    match connector.identity(&settings).await {
        Ok(_) => checks.push(line(CheckName::Access, CheckStatus::Ok, "takeover-check-access")),
        Err(denied) => return Ok((vec![failed(CheckName::Access, denied)], Vec::new())),
    }
    checks.push(match connector.watch(&settings, &hook, app.clock.now()).await {
        // Only the switch may register it.
        Ok(_) if connector.shadow() == Shadow::Nothing => {
            line(CheckName::Webhook, CheckStatus::Ok, "takeover-check-webhook-later")
        }
        Ok(Watched::Fine | Watched::Elsewhere { .. }) => {
            line(CheckName::Webhook, CheckStatus::Ok, "takeover-check-webhook")
        }
        Ok(Watched::Unset) => line(CheckName::Webhook, CheckStatus::Fail, "takeover-check-webhook-unset"),
        Ok(Watched::Failing { .. }) => line(CheckName::Webhook, CheckStatus::Fail, "takeover-check-webhook-failing"),
        Err(denied) => failed(CheckName::Webhook, denied),
    });
    let receivers = match connector.receivers(&settings, &hook).await {
        Ok(receivers) => receivers,
        Err(denied) => {
            checks.push(failed(CheckName::Others, denied));
            return Ok((checks, Vec::new()));
        }
    };
    let names = || receivers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    checks.push(match receivers.is_empty() {
        true => line(CheckName::Others, CheckStatus::Warn, "takeover-check-others-none"),
        false => CheckLine {
            name: CheckName::Others,
            status: CheckStatus::Ok,
            detail: LocalizedText::new("takeover-check-others").with("names", names()),
        },
    });
    let window = Window::of(connector.as_ref(), source);
    if window.is_some() {
        checks.push(line(CheckName::Window, CheckStatus::Ok, "takeover-check-window"));
    }
    Ok((checks, receivers))
}

/// At amoCRM.
async fn crm_checks(app: &Arc<SourceContext>, source: &source::Model) -> Result<Vec<CheckLine>> {
    let mut checks = Vec::new();
    checks.push(match handover::is_mirrored(app, source).await {
        Ok(true) => line(CheckName::Source, CheckStatus::Warn, "takeover-check-source-known"),
        other => said(CheckName::Source, other.map(drop), "takeover-check-source"),
    });
    let default = all(app, source.tenant_id).await?.into_iter().find(|one| one.is_default);
    checks.push(match default {
        Some(one) => CheckLine {
            name: CheckName::Default,
            status: CheckStatus::Ok,
            detail: LocalizedText::new("takeover-check-default").with("source", one.name),
        },
        None => line(CheckName::Default, CheckStatus::Warn, "takeover-check-default-none"),
    });
    if has_reviews(app, source) {
        let (status, detail) = match expected(app, source).await {
            Ok(found) if found.absent == 0 => (CheckStatus::Ok, templates_text(found.absent)),
            Ok(found) => (CheckStatus::Warn, templates_text(found.absent)),
            Err(error) => (CheckStatus::Warn, error.text()),
        };
        checks.push(CheckLine { name: CheckName::Templates, status, detail });
    }
    Ok(checks)
}

fn templates_text(absent: usize) -> LocalizedText {
    LocalizedText::new("takeover-check-templates").with("count", absent)
}

async fn chats(app: &SourceContext, source: &source::Model) -> Result<u64> {
    let column = message::Column::ConversationId;
    let ids: Option<i64> = seen(source)
        .select_only()
        .column_as(Expr::col(column).count_distinct(), "chats")
        .into_tuple()
        .one(app.store.read())
        .await?;
    Ok(ids.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}

/// Begins the switch of a shadow. `stays`: ids of those that go on receiving, because a person has made sure that they
/// answer nobody. 409 `takeover_no_shadow`, `takeover_under_way`, or `takeover_not_ready` with the checks that failed.
pub async fn begin(app: &Arc<SourceContext>, source: &source::Model, stays: &[String], by: &By) -> Result<Takeover> {
    let plan = plan(app, source).await?;
    let may_stay = |id: &String| plan.others.iter().any(|one| one.id == *id && one.may_stay());
    if let Some(place) = stays.iter().position(|id| !may_stay(id)) {
        return Err(Error::field(format!("/stays/{place}"), LocalizedText::new("said-takeover-stays")));
    }
    let failed: Vec<_> = plan.checks.iter().filter(|line| line.status == CheckStatus::Fail).collect();
    if !failed.is_empty() {
        let reasons: Vec<LocalizedText> = failed.into_iter().map(|line| line.detail.clone()).collect();
        let detail = LocalizedText::new("said-takeover-not-ready").with("reasons", reasons);
        return Err(Error::Conflict { problem: "takeover_not_ready", detail });
    }
    let others = plan.receivers.iter().map(|one| other(one, stays.contains(&one.id))).collect();
    let new = Takeover::new(app.clock.millis(), by.actor.name().to_owned(), others);
    let takeover = Takeover { shadow_since: source.shadow_since, ..new };
    let (tenant_id, id): (Uuid, _) = (source.tenant_id, source.id.to_string());
    in_transaction(&app.store, async |tx| {
        takeover::require_idle(tx, source).await?;
        takeover::begin(app, tx, source, &takeover, &plan.receivers).await?;
        by.did(app, tx, "source.switching", (tenant_id, &id), json!({ "name": source.name })).await?;
        Ok::<_, Error>(())
    })
    .await?;
    Ok(takeover)
}
