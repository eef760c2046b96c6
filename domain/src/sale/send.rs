//! The job that sends a sale. Each target has its own state, so that one that does not answer is repeated alone.
//!
//! ```text
//! read once, stored ─▶ each target that waits: the try is noted ─▶ request ─▶ sent
//!                                                                         ├▶ refused, with its words: an alert
//!                                                                         └▶ not taken: again, for almost six days
//! ```

use std::sync::Arc;
use std::time::Duration;

use amocrm::rest::Rest;
use base::http_client::{explained, read_up_to};
use base::millis::HOUR;
use chrono::TimeDelta;
use entity::{job, sale};
use reqwest::RequestBuilder;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::request::{self, SaleRequest, SkipReason};
use super::target::{TargetKind, Targets};
use super::{Sale, Sending, SendingState, Sendings, StoredSale, facts};
use crate::alert::{self, Alarm, SALES_NOT_SENT};
use crate::alert_notices::webhook;
use crate::job::NextRun;
use crate::tenant::token::with_token;
use crate::tenant::{TenantContext, TenantStatus};

const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Of an answer that is read: a list of uploads may be long.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Delays after the first, second, … failure in a row: less than the seven days of Meta.
pub const BACK_OFF: [TimeDelta; 9] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(12),
    TimeDelta::days(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
    TimeDelta::days(1),
];
/// After so many tries a target that does not answer is worth an alert.
const ALERT_AFTER: u32 = 4;

/// An attempt. Safe to repeat.
pub async fn send(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, tenant_id, lead_id) = (&app, job.tenant_id, job.key.parse::<i64>()?);
    let tenant = app.lookup.tenant(tenant_id).await?;
    let Some(tenant) = tenant.filter(|tenant| TenantStatus::shown(tenant) != TenantStatus::Uninstalled) else {
        return Ok(NextRun::Never);
    };
    if tenant.held().is_some() {
        return Ok(NextRun::At(app.clock.millis() + HOUR));
    }
    let targets = Targets::read(app, tenant_id).await?;
    let Some(stored) = stored(app, tenant_id, lead_id, &targets).await? else { return Ok(NextRun::Never) };
    let is_last = usize::try_from(job.tries).is_ok_and(|tries| tries >= BACK_OFF.len());
    let mut sender = Sender { app, tenant_id, targets, sale: stored.sale, sendings: stored.sendings, is_last };
    let waiting = sender.sendings.iter().filter(|(_, one)| one.state == SendingState::Waiting);
    let waiting: Vec<TargetKind> = waiting.map(|(kind, _)| *kind).collect();
    let mut not_taken = Vec::new();
    for kind in waiting {
        not_taken.extend(sender.send(kind).await?.map(|reason| format!("{}: {reason}", kind.word())));
    }
    if not_taken.is_empty() { Ok(NextRun::Never) } else { anyhow::bail!(not_taken.join("; ")) }
}

/// The sale as it was stored, or as amoCRM knows it now. None if there is nothing to send.
async fn stored(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    lead_id: i64,
    targets: &Targets,
) -> anyhow::Result<Option<StoredSale>> {
    let find = async || sale::Entity::find_by_id((tenant_id, lead_id)).one(app.store.write()).await;
    if let Some(row) = find().await? {
        return Ok(Some(StoredSale::of(&row)?));
    }
    let ask = |rest: Rest, token| async move { rest.lead(&token, lead_id).await };
    let Some(lead) = with_token(app, tenant_id, ask).await? else { return Ok(None) };
    let Some(sale) = facts::of_leads(app, tenant_id, &[lead]).await?.pop() else { return Ok(None) };
    let now = app.clock.millis();
    let waits = Sending { state: SendingState::Waiting, reason: String::new(), tries: 0, at: now };
    let sendings: Sendings = targets.on(sale.won_at).map(|kind| (kind, waits.clone())).collect();
    if sendings.is_empty() {
        return Ok(None);
    }
    let row = sale::ActiveModel {
        tenant_id: Set(tenant_id),
        lead_id: Set(lead_id),
        facts: Set(serde_json::to_string(&sale)?),
        sendings: Set(serde_json::to_string(&sendings)?),
        created_at: Set(now),
    };
    let known = OnConflict::columns([sale::Column::TenantId, sale::Column::LeadId]).do_nothing().to_owned();
    sale::Entity::insert(row).on_conflict(known).exec_without_returning(app.store.write()).await?;
    app.faults.hit("sale.stored")?;
    Ok(find().await?.as_ref().map(StoredSale::of).transpose()?)
}

/// Stores how far a sale is.
pub(super) async fn keep(
    db: &impl ConnectionTrait,
    key: (Uuid, i64),
    sendings: &Sendings,
) -> anyhow::Result<(), DbErr> {
    let text = serde_json::to_string(sendings).map_err(|error| DbErr::Custom(error.to_string()))?;
    sale::Entity::update_by_id(key).col_expr(sale::Column::Sendings, Expr::value(text)).exec(db).await.map(drop)
}

/// What a target answered.
enum Outcome {
    Taken,
    /// It will not take this.
    Refused(String),
    /// It gives no access; somebody has to give it again.
    Denied(String),
    /// It may take it later.
    NotYet(String),
}

struct Sender<'sender> {
    app: &'sender Arc<TenantContext>,
    tenant_id: Uuid,
    targets: Targets,
    sale: Sale,
    sendings: Sendings,
    /// Nothing is tried after this attempt.
    is_last: bool,
}

impl Sender<'_> {
    /// Sends it to one target; the reason if it has to be tried again.
    async fn send(&mut self, kind: TargetKind) -> anyhow::Result<Option<String>> {
        let request = request::of(self.app, &self.targets, kind, &self.sale);
        let is_on = self.targets.settings(kind).on;
        if let Some(why) = request.skipped.or((!is_on).then_some(SkipReason::SwitchedOff)) {
            self.becomes(kind, SendingState::Skipped, why.word().to_owned()).await?;
            return Ok(None);
        }
        let tries = self.sendings.get(&kind).map_or(0, |sending| sending.tries);
        // Before the request: an attempt after a crash knows that there was one.
        if let Some(sending) = self.sendings.get_mut(&kind) {
            sending.tries = tries + 1;
        }
        keep(self.app.store.write(), (self.tenant_id, self.sale.lead_id), &self.sendings).await?;
        let outcome = match kind {
            TargetKind::Webhook => self.to_webhook(&request).await?,
            TargetKind::Meta => self.to_meta(&request).await,
            TargetKind::Metrica => self.to_metrica(&request, tries > 0).await?,
        };
        self.app.faults.hit("sale.sent")?;
        let (is_denied, reason) = match outcome {
            Outcome::Taken => {
                self.becomes(kind, SendingState::Sent, String::new()).await?;
                return Ok(None);
            }
            Outcome::Refused(reason) => {
                self.becomes(kind, SendingState::Refused, reason).await?;
                return Ok(None);
            }
            Outcome::Denied(reason) => (true, reason),
            Outcome::NotYet(reason) => (false, reason),
        };
        let state = if self.is_last { SendingState::Refused } else { SendingState::Waiting };
        self.becomes(kind, state, reason.clone()).await?;
        if is_denied || tries + 1 >= ALERT_AFTER {
            self.warn(kind, &reason).await?;
        }
        Ok(Some(reason))
    }

    /// Stores a state with its alert, in one commit.
    async fn becomes(&mut self, kind: TargetKind, state: SendingState, reason: String) -> anyhow::Result<()> {
        let at = self.app.clock.millis();
        if let Some(sending) = self.sendings.get_mut(&kind) {
            (sending.state, sending.at) = (state, at);
            sending.reason.clone_from(&reason);
        }
        keep(self.app.store.write(), (self.tenant_id, self.sale.lead_id), &self.sendings).await?;
        match state {
            SendingState::Refused => self.warn(kind, &reason).await,
            SendingState::Sent => {
                let db = self.app.store.write();
                alert::resolve(self.app, db, self.tenant_id, SALES_NOT_SENT, kind.word()).await?;
                Ok(())
            }
            SendingState::Waiting | SendingState::Skipped => Ok(()),
        }
    }

    /// Opens the alert that names the target.
    async fn warn(&self, kind: TargetKind, reason: &str) -> anyhow::Result<()> {
        let detail = json!({"target": kind.word(), "reason": reason, "count": self.sale.lead_id.to_string()});
        let alarm =
            Alarm { tenant_id: self.tenant_id, kind: SALES_NOT_SENT, object: kind.word(), source_id: None, detail };
        alert::raise(self.app, self.app.store.write(), alarm).await?;
        Ok(())
    }

    /// A repeat has the same id, by which the receiver recognises it.
    async fn to_webhook(&self, request: &SaleRequest) -> anyhow::Result<Outcome> {
        let Some(webhook) = &self.targets.webhook else {
            return Ok(Outcome::Denied("the account has no webhook".to_owned()));
        };
        let failed = webhook::post(self.app, webhook, self.sale.event_id, request.body.clone()).await?;
        Ok(failed.map_or(Outcome::Taken, Outcome::NotYet))
    }

    /// A repeat has the same `event_id`.
    async fn to_meta(&self, request: &SaleRequest) -> Outcome {
        let Some(token) = self.token(TargetKind::Meta) else { return no_token() };
        let http = self.app.http.to(connectors::facebook::KIND.name);
        let call = http.trusted().post(request.url.as_str()).bearer_auth(token.expose_secret());
        let call = call.header("content-type", request.content_type).body(request.body.clone());
        let (status, answer) = match ask(call).await {
            Ok(answered) => answered,
            Err(reason) => return Outcome::NotYet(reason),
        };
        let error = &answer["error"];
        let said = ["error_user_msg", "message"].into_iter().find_map(|name| error[name].as_str());
        let code = error["code"].as_i64().unwrap_or_default();
        let is_transient = error["is_transient"].as_bool().unwrap_or(false) || RATE_LIMITS.contains(&code);
        match status {
            200..=299 => Outcome::Taken,
            _ if is_transient => Outcome::NotYet(words(status, said)),
            _ if code == BAD_TOKEN || NO_PERMISSION.contains(&code) => Outcome::Denied(words(status, said)),
            _ => judged(status, said),
        }
    }

    /// Metrica counts what it gets twice, so a repeat first looks whether the upload is there.
    async fn to_metrica(&self, request: &SaleRequest, is_repeat: bool) -> anyhow::Result<Outcome> {
        let Some(token) = self.token(TargetKind::Metrica) else { return Ok(no_token()) };
        let http = self.app.http.trusted();
        let signed = |call: RequestBuilder| call.header("authorization", format!("OAuth {}", token.expose_secret()));
        if is_repeat {
            let counter = self.targets.settings(TargetKind::Metrica).counter_id;
            let listed = ask(signed(http.get(request::uploads(&self.app.config, &counter, "uploadings")))).await;
            match listed {
                Ok((200..=299, list)) => {
                    let comment = request::comment(&self.sale);
                    let Some(all) = list["uploadings"].as_array() else {
                        return Ok(Outcome::NotYet("Metrica did not list its uploads".to_owned()));
                    };
                    if all.iter().any(|one| one["comment"].as_str() == Some(&comment)) {
                        return Ok(Outcome::Taken);
                    }
                }
                Ok((status, answer)) => return Ok(judged_by_metrica(status, &answer)),
                Err(reason) => return Ok(Outcome::NotYet(reason)),
            }
        }
        let call = signed(http.post(request.url.as_str())).multipart(request.form()?);
        Ok(match ask(call).await {
            Ok((200..=299, _)) => Outcome::Taken,
            Ok((status, answer)) => judged_by_metrica(status, &answer),
            Err(reason) => Outcome::NotYet(reason),
        })
    }

    fn token(&self, kind: TargetKind) -> Option<&SecretString> {
        self.targets.get(kind)?.token.as_ref()
    }
}

fn no_token() -> Outcome {
    Outcome::Denied("the access token is missing".to_owned())
}

/// Graph's codes for a token that is not valid (any more).
const BAD_TOKEN: i64 = 190;
/// For what a token does not allow.
const NO_PERMISSION: [i64; 2] = [10, 200];
/// For calls that may be repeated later.
const RATE_LIMITS: [i64; 6] = [1, 2, 4, 17, 341, 613];

fn judged_by_metrica(status: u16, answer: &Value) -> Outcome {
    judged(status, answer["message"].as_str())
}

/// What a status means where the body says nothing else.
fn judged(status: u16, said: Option<&str>) -> Outcome {
    match status {
        401 | 403 => Outcome::Denied(words(status, said)),
        408 | 425 | 429 | 500.. => Outcome::NotYet(words(status, said)),
        _ => Outcome::Refused(words(status, said)),
    }
}

/// The target's own words, else the status.
fn words(status: u16, said: Option<&str>) -> String {
    const MOST: usize = 300;
    match said.map(str::trim).filter(|said| !said.is_empty()) {
        Some(said) => said.chars().take(MOST).collect(),
        None => format!("HTTP {status}"),
    }
}

/// Status and body of an answer; why there is none, without the address.
async fn ask(call: RequestBuilder) -> Result<(u16, Value), String> {
    let answer = call.timeout(ANSWER_WITHIN).send().await.map_err(|error| explained(error).to_string())?;
    let status = answer.status().as_u16();
    let (body, _) = read_up_to(answer, ANSWER_BYTES).await.map_err(|error| explained(error).to_string())?;
    Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
}
