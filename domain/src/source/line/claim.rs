//! Identifies a line with its messenger, and claims it, because a messenger delivers a line's messages to one address
//! only.

use std::collections::BTreeMap;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::directory::{self, DirectoryEntry, IdKind};
use chrono::TimeDelta;
use connectors::{Connector, Denied, Identity, LineAccount, Settings};
use entity::source;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::settings;
use crate::source::{SourceContext, SourceStatus, StateReason, TestStep, find, stopped};

/// A claim not completed within this time expires.
const UNFINISHED: TimeDelta = TimeDelta::minutes(2);
/// Retry delay for the caller while the messenger does not answer.
const WAIT_SECONDS: u32 = 5;
/// The fact of a line that the messenger named it; absent if an earlier release claimed it without asking.
const PROVED: &str = "is_proved";

/// The line is already in use.
struct LineTaken {
    /// Its public name.
    line: String,
    /// The name of its source if that is in the same account.
    source: Option<String>,
}

impl LineTaken {
    /// As the account that wants the line sees it.
    fn of(holder: &source::Model, tenant_id: Uuid, identity: &Identity) -> Self {
        let source = (holder.tenant_id == tenant_id).then(|| holder.name.clone());
        Self { line: identity.name.clone(), source }
    }

    fn text(&self) -> LocalizedText {
        match &self.source {
            Some(source) => LocalizedText::new("said-line-taken-here").with("source", source.as_str()),
            None => LocalizedText::new("said-line-taken"),
        }
        .with("line", self.line.as_str())
    }
}

impl From<LineTaken> for Error {
    fn from(taken: LineTaken) -> Self {
        Self::Conflict { problem: "line_taken", detail: taken.text() }
    }
}

/// Asks the messenger for the identity behind new settings. None if the kind has none. Refusals are reported at the
/// credentials' field.
pub async fn ask(connector: &dyn Connector, settings: &Settings) -> Result<Option<Identity>> {
    connector.identity(settings).await.map_err(|denied| refused(connector, denied))
}

/// What is wrong with new settings: an error at the credentials' field, unless the messenger does not answer.
pub fn refused(connector: &dyn Connector, denied: Denied) -> Error {
    match denied {
        Denied::Away(said) => away(said),
        denied => refused_at(connector, denied.into_text()),
    }
}

/// The messenger does not answer: the caller tries again.
pub fn away(said: LocalizedText) -> Error {
    let detail = LocalizedText::new("said-messenger-away").with("reason", said);
    Error::Unavailable { detail, retry_after: WAIT_SECONDS }
}

fn refused_at(connector: &dyn Connector, text: LocalizedText) -> Error {
    Error::field(credentials_of(connector), text)
}

fn credentials_of(connector: &dyn Connector) -> String {
    let field = connector.fields().iter().find(|field| field.secret).map_or("", |field| field.name);
    format!("/settings/{field}")
}

/// The current user of a line, as a text for this account; none if the line is free or its user has to yield.
pub async fn is_taken(
    app: &SourceContext,
    tenant_id: Uuid,
    connector: &dyn Connector,
    identity: &Identity,
) -> Result<Option<LocalizedText>> {
    let Some(holder) = holder(app, app.store.read(), connector.kind(), identity).await? else { return Ok(None) };
    let yields = yields(app, connector, &holder, identity).await;
    Ok((!yields).then(|| LineTaken::of(&holder, tenant_id, identity).text()))
}

/// The source that a line is to be taken from: the messenger says that the line is the claimer's, and this one never
/// received anything and cannot, or its own credentials are those of another line. Asks the messenger.
pub async fn yielding(
    app: &SourceContext,
    row: &source::Model,
    connector: &dyn Connector,
    identity: &Identity,
) -> Result<Option<source::Model>> {
    let holder = holder(app, app.store.read(), &row.kind, identity).await?.filter(|holder| holder.id != row.id);
    let Some(holder) = holder else { return Ok(None) };
    Ok(yields(app, connector, &holder, identity).await.then_some(holder))
}

async fn yields(app: &SourceContext, connector: &dyn Connector, holder: &source::Model, wanted: &Identity) -> bool {
    let is_set = !matches!(webhook(&crate::settings::facts(holder)), WebhookCheck::NotSet { .. });
    let cannot_receive = !is_set || holder.status == SourceStatus::Stopped.as_str();
    if holder.secrets.is_none() || (holder.proved_at.is_none() && cannot_receive) {
        return true;
    }
    let Ok(settings) = crate::settings::open(app, holder) else { return false };
    match connector.identity(&settings).await {
        Ok(identity) => identity.is_none_or(|identity| identity.key != wanted.key),
        Err(Denied::Refused(_) | Denied::Foreign(_)) => true,
        // Credentials that ended say nothing about whose the line is, if they once proved it.
        Err(Denied::Access(_)) => !is_proved(holder),
        Err(Denied::Away(_)) => false,
    }
}

/// Claims a line for a source; the claim becomes permanent when the source exists. `from`: the source that yields.
pub async fn claim(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &source::Model,
    identity: &Identity,
    from: Option<&source::Model>,
) -> Result<()> {
    let until = app.clock.millis() + UNFINISHED.num_milliseconds();
    claim_until(app, db, row, identity, from, Some(until)).await
}

/// None: a permanent claim.
async fn claim_until(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &source::Model,
    identity: &Identity,
    from: Option<&source::Model>,
    until: Option<i64>,
) -> Result<()> {
    let line = key(&row.kind, &identity.key);
    let entry = entry(row, &identity.name, until);
    // Of two concurrent claims the second waits here for the first.
    if directory::enter(db, IdKind::Line, &line, entry.clone()).await? {
        return Ok(());
    }
    let yields = |holder: &source::Model| holder.id == row.id || from.is_some_and(|from| from.id == holder.id);
    match holder(app, db, &row.kind, identity).await?.filter(|holder| !yields(holder)) {
        Some(holder) => Err(LineTaken::of(&holder, row.tenant_id, identity).into()),
        None => Ok(directory::set(db, IdKind::Line, &line, entry).await?),
    }
}

/// Stops a source whose line another one proved, which alerts its account. `line`: the line's name.
pub async fn lost(app: &SourceContext, former: &source::Model, line: &str) -> Result<(), DbErr> {
    let said = LocalizedText::new("said-line-lost").with("line", line);
    stop(app, former, &said).await
}

/// Stops a source, unless it was stopped for this.
async fn stop(app: &SourceContext, source: &source::Model, said: &LocalizedText) -> Result<(), DbErr> {
    let said = said.to_string();
    if source.status == SourceStatus::Stopped.as_str() && source.status_reason.ends_with(&said) {
        return Ok(());
    }
    tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, reason = said, "a source has its line no longer");
    stopped(app, source.tenant_id, source.id, &said).await
}

/// The claim of a source's line, which may be another source's; none if the line is unclaimed.
pub async fn entered(app: &SourceContext, row: &source::Model) -> Result<Option<DirectoryEntry>, DbErr> {
    let Some((line, _)) = claimed(row) else { return Ok(None) };
    directory::find(app.store.read(), IdKind::Line, &line, app.clock.millis()).await
}

/// Why a source must not have its line, from the messenger's answer about its credentials: they are another line's.
pub fn foreign(row: &source::Model, answer: &Result<Option<Identity>, Denied>) -> Option<LocalizedText> {
    match answer {
        Err(Denied::Foreign(said)) => Some(said.clone()),
        Ok(Some(identity)) => other_line(row, identity),
        Ok(None) | Err(Denied::Access(_) | Denied::Refused(_) | Denied::Away(_)) => None,
    }
}

fn other_line(row: &source::Model, identity: &Identity) -> Option<LocalizedText> {
    let (line, name) = claimed(row)?;
    let said = || LocalizedText::new("said-line-other").with("line", identity.name.as_str()).with("now", name);
    (line != key(&row.kind, &identity.key)).then(said)
}

/// Takes the line from a source whose credentials are not the line's: a source that proves it gets it.
pub async fn disown(app: &SourceContext, row: &source::Model, said: &LocalizedText) -> Result<(), DbErr> {
    release(app.store.write(), row, app.clock.millis()).await?;
    leave(app, app.store.write(), row).await?;
    stop(app, row, said).await
}

/// The messenger says that the credentials are the line's: it is the source's, unless it is another one's by now. Asked
/// about lines that an earlier release claimed without asking the messenger, and about unclaimed ones.
pub async fn proved(app: &SourceContext, row: &source::Model, identity: &Identity, is_claimed: bool) -> Result<()> {
    // A source that is being created has its claim from its creation.
    if claimed(row).is_none() || !row.is_made() {
        return Ok(());
    }
    if !is_claimed {
        claim_until(app, app.store.write(), row, identity, None, None).await?;
    }
    if is_proved(row) { Ok(()) } else { learned(app, row, "line", PROVED, true.into()).await }
}

/// Whether the messenger once said that the line is the source's.
fn is_proved(row: &source::Model) -> bool {
    crate::settings::facts(row).get("line").and_then(|line| line.get(PROVED)?.as_bool()).unwrap_or_default()
}

/// Makes the claim permanent.
pub async fn keep(db: &impl ConnectionTrait, row: &source::Model) -> Result<(), DbErr> {
    match claimed(row) {
        Some((line, name)) => directory::set(db, IdKind::Line, &line, entry(row, &name, None)).await,
        None => Ok(()),
    }
}

/// Releases the claim of a source that was not created after all; the line is again that of the source that yielded.
pub async fn give_back(app: &SourceContext, row: &source::Model, from: Option<&source::Model>) {
    let released = match from {
        Some(former) => keep(app.store.write(), former).await,
        None => release(app.store.write(), row, app.clock.millis()).await,
    };
    if let Err(error) = released {
        tracing::warn!(source.id = %row.id, %error, "the claim of a connection check could not be released; it expires in two minutes");
    }
}

/// Releases a source's claim.
pub async fn release(db: &impl ConnectionTrait, row: &source::Model, now: i64) -> Result<(), DbErr> {
    let Some((line, _)) = claimed(row) else { return Ok(()) };
    let holder = directory::find(db, IdKind::Line, &line, now).await?;
    if holder.is_some_and(|entry| entry.id == row.id) {
        directory::take(db, IdKind::Line, &line, now).await?;
    }
    Ok(())
}

/// Refuses the credentials of another line for a source, because its conversations could not continue there. Returns
/// the line's current identity; none if the kind has no lines.
pub async fn require_same_line(
    app: &SourceContext,
    source: &source::Model,
    connector: &dyn Connector,
    settings: &Settings,
) -> Result<Option<Identity>> {
    let Some(identity) = ask(connector, settings).await? else { return Ok(None) };
    if let Some(said) = other_line(source, &identity) {
        return Err(refused_at(connector, said));
    }
    // Its account may have left meanwhile, and another one claimed the line.
    let from = yielding(app, source, connector, &identity).await?;
    // Permanent at once: meanwhile its messages come in.
    claim_until(app, app.store.write(), source, &identity, from.as_ref(), None).await?;
    if let Some(former) = &from {
        lost(app, former, &identity.name).await?;
    }
    Ok(Some(identity))
}

/// The source that has a line; none if the line is free, or its claim is not completed yet.
pub async fn source_of(app: &SourceContext, kind: &str, line: &str) -> Result<Option<Uuid>, DbErr> {
    let entry = directory::find(app.store.read(), IdKind::Line, &key(kind, line), app.clock.millis()).await?;
    Ok(entry.filter(|entry| entry.expires_at.is_none()).map(|entry| entry.id))
}

/// The source that has a line; none if it is gone without releasing its claim.
async fn holder(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    kind: &str,
    identity: &Identity,
) -> Result<Option<source::Model>, DbErr> {
    let line = key(kind, &identity.key);
    let Some(entry) = directory::find(db, IdKind::Line, &line, app.clock.millis()).await? else { return Ok(None) };
    source::Entity::find_by_id((entry.tenant_id, entry.id)).filter(source::Column::DeletedAt.is_null()).one(db).await
}

fn key(kind: &str, line: &str) -> String {
    format!("{kind}:{line}")
}

/// The key of a source's line, and its name.
fn claimed(row: &source::Model) -> Option<(String, String)> {
    let facts = crate::settings::facts(row);
    let line = facts.get("line")?;
    Some((line.get("key")?.as_str()?.to_owned(), line.get("name")?.as_str()?.to_owned()))
}

/// The facts of a line from a fresh answer.
pub fn facts_of(kind: &str, identity: &Identity) -> serde_json::Value {
    let line = json!({ "key": key(kind, &identity.key), "name": identity.name, PROVED: true });
    json!({ "line": line, "bot": identity.facts })
}

fn entry(row: &source::Model, name: &str, expires_at: Option<i64>) -> DirectoryEntry {
    DirectoryEntry { tenant_id: row.tenant_id, id: row.id, note: name.to_owned(), expires_at }
}

// Lines of one account at their messenger: a call of the vendor's app about the account is for all of them. A source
// is among them once the messenger listed its line in the account to its own token; what the settings say is no proof.
// A source whose settings only name the account is noted too, since its subscription ends with that of the account.

/// The note of a source that names the account without a proof.
const NAMED: &str = "named";

/// Enters a source among those of its account at the messenger, and takes it out of the account it had `before`.
pub async fn join(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &source::Model,
    before: Option<&source::Model>,
) -> Result<(), DbErr> {
    let now = account_of(app, row);
    let then = account_of(app, before.unwrap_or(row)).filter(|then| now.as_ref().is_none_or(|now| now.key != then.key));
    if let Some(then) = then {
        directory::take(db, IdKind::LineAccount, &account_key(row, &then), app.clock.millis()).await?;
    }
    let Some(now) = now else { return Ok(()) };
    let note = if now.is_proved { "" } else { NAMED };
    let entry = DirectoryEntry { tenant_id: row.tenant_id, id: row.id, note: note.to_owned(), expires_at: None };
    let key = account_key(row, &now);
    match directory::find(db, IdKind::LineAccount, &key, app.clock.millis()).await? {
        Some(known) if known == entry => Ok(()),
        _ => directory::set(db, IdKind::LineAccount, &key, entry).await,
    }
}

/// Takes a source out.
pub async fn leave(app: &SourceContext, db: &impl ConnectionTrait, row: &source::Model) -> Result<(), DbErr> {
    if let Some(account) = account_of(app, row) {
        directory::take(db, IdKind::LineAccount, &account_key(row, &account), app.clock.millis()).await?;
    }
    Ok(())
}

/// The messenger refuses a source that it never proved to be of its account: no calls about the account reach it, even if
/// an earlier release let them.
pub(super) async fn unproved(app: &SourceContext, row: &source::Model) -> Result<(), DbErr> {
    match account_of(app, row) {
        Some(account) if !account.is_proved => join(app, app.store.write(), row, None).await,
        _ => Ok(()),
    }
}

/// Enters a source of which the messenger did not say before that its line is the account's: it did not answer, or the
/// source is older than the question. `identity`: a fresh answer.
pub(super) async fn prove(
    app: &SourceContext,
    source: &source::Model,
    connector: &dyn Connector,
    settings: &Settings,
    identity: &Identity,
) -> Result<()> {
    let Some(account) = connector.account(&settings.public) else { return Ok(()) };
    if !account.is_proved {
        known(app, source, identity).await?;
    }
    let asked = find(app, source.tenant_id, source.id).await?;
    Ok(join(app, app.store.write(), &asked, None).await?)
}

/// The sources of an account at the messenger, of all tenants.
pub async fn sources_of(app: &SourceContext, kind: &str, account: &str) -> Result<Vec<Uuid>, DbErr> {
    let beginning = format!("{kind}:{account}:");
    let found = directory::list(app.store.read(), IdKind::LineAccount, &beginning, app.clock.millis()).await?;
    Ok(found.into_iter().filter(|(_, entry)| entry.note.is_empty()).map(|(_, entry)| entry.id).collect())
}

fn account_of(app: &SourceContext, row: &source::Model) -> Option<LineAccount> {
    app.connectors.get(&row.kind)?.account(&settings::public(row).ok()?)
}

fn account_key(row: &source::Model, account: &LineAccount) -> String {
    format!("{}:{}:{}", row.kind, account.key, row.id)
}

// Known facts about a line, as JSON in its row, written by several modules and never queried.

/// How often a change is retried because a concurrent one came first.
const TRIES: usize = 5;
/// The problems that the messenger reports, by aspect.
const TROUBLES: &str = "troubles";
/// The last test, if it failed.
const TEST: &str = "test";

/// The result of the last check of a messenger's webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum WebhookCheck {
    #[default]
    Fine,
    /// Not registered with the messenger yet.
    NotSet {
        words: String,
        since: i64,
    },
    Failing {
        words: String,
        waiting: u64,
        since: i64,
    },
    Elsewhere {
        host: String,
        since: i64,
    },
}

impl WebhookCheck {
    /// Whether both are equal apart from their start.
    fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Failing { words, .. }, Self::Failing { words: others, .. })
            | (Self::NotSet { words, .. }, Self::NotSet { words: others, .. })
            | (Self::Elsewhere { host: words, .. }, Self::Elsewhere { host: others, .. }) => words == others,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// The last result for the webhook.
pub fn webhook(facts: &Map<String, Value>) -> WebhookCheck {
    let seen = facts.get("webhook").cloned();
    seen.and_then(|seen| serde_json::from_value(seen).ok()).unwrap_or_default()
}

/// Why customers' messages do not arrive, by the last check of the webhook: since when, and the messenger's text or
/// the host that receives them; else what the messenger reports of the line. None if all is well.
pub fn trouble(facts: &Map<String, Value>) -> Option<(StateReason, i64, String)> {
    match webhook(facts) {
        WebhookCheck::Elsewhere { host, since } => Some((StateReason::LineElsewhere, since, host)),
        WebhookCheck::NotSet { words, since } => Some((StateReason::LineNotSet, since, words)),
        WebhookCheck::Failing { words, since, .. } => Some((StateReason::LineFailing, since, words)),
        WebhookCheck::Fine => reported(facts),
    }
}

/// Stores a fact about a line; null removes it.
pub async fn learned(app: &SourceContext, source: &source::Model, part: &str, key: &str, value: Value) -> Result<()> {
    change(app, source.tenant_id, source.id, |facts| {
        let part = facts.entry(part).or_insert_with(|| Value::Object(Map::new()));
        let Some(part) = part.as_object_mut() else { return };
        if value.is_null() {
            part.remove(key);
        } else {
            part.insert(key.to_owned(), value.clone());
        }
    })
    .await
}

/// Stores what a messenger reports to be wrong with a line, in English; none ends it. One problem an aspect, which keeps
/// its start while it is reported again.
pub async fn reported_trouble(
    app: &SourceContext,
    source: &source::Model,
    aspect: &str,
    trouble: Option<&LocalizedText>,
) -> Result<()> {
    let now = app.clock.millis();
    change(app, source.tenant_id, source.id, |facts| {
        let all = facts.entry(TROUBLES).or_insert_with(|| Value::Object(Map::new()));
        let Some(all) = all.as_object_mut() else { return };
        let Some(detail) = trouble.map(ToString::to_string) else {
            all.remove(aspect);
            return;
        };
        if all.get(aspect).and_then(|known| known.get("words")?.as_str()) != Some(&detail) {
            all.insert(aspect.to_owned(), json!({ "words": detail, "since": now }));
        }
    })
    .await
}

/// The longest problem that the messenger reports of the line.
fn reported(facts: &Map<String, Value>) -> Option<(StateReason, i64, String)> {
    let all = facts.get(TROUBLES)?.as_object()?.values();
    let each = all.filter_map(|one| Some((one.get("since")?.as_i64()?, one.get("words")?.as_str()?.to_owned())));
    each.min().map(|(since, words)| (StateReason::LineTrouble, since, words))
}

/// A test that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedTest {
    /// As in [`crate::source::TestStep`].
    pub step: String,
    /// What went wrong, in English.
    pub words: String,
    /// When the first of the failed tests in a row was made, milliseconds since 1970.
    pub since: i64,
}

/// The test that failed, until something proves that the source works: a message, or a test that passes.
pub fn failed_test(facts: &Map<String, Value>, proved_at: Option<i64>) -> Option<FailedTest> {
    let failed: FailedTest = serde_json::from_value(facts.get(TEST)?.clone()).ok()?;
    proved_at.is_none_or(|at| at <= failed.since).then_some(failed)
}

/// Stores how a test ended.
pub(in crate::source) async fn tested(
    app: &SourceContext,
    source: &source::Model,
    failed: Option<&TestStep>,
) -> Result<()> {
    let now = app.clock.millis();
    change(app, source.tenant_id, source.id, |facts| {
        let Some(step) = failed else {
            facts.remove(TEST);
            return;
        };
        let since = failed_test(facts, source.proved_at).map_or(now, |earlier| earlier.since);
        let words = step.detail.as_ref().map(ToString::to_string).unwrap_or_default();
        facts.insert(TEST.to_owned(), json!(FailedTest { step: step.name.to_owned(), words, since }));
    })
    .await
}

/// Stores facts by name; others stay.
pub(super) async fn extend(
    app: &SourceContext,
    source: &source::Model,
    new: BTreeMap<&'static str, Value>,
) -> Result<()> {
    change(app, source.tenant_id, source.id, |facts| {
        facts.extend(new.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    })
    .await
}

/// Stores the identity that the messenger reported.
pub async fn known(app: &SourceContext, source: &source::Model, identity: &Identity) -> Result<()> {
    let given = facts_of(&source.kind, identity);
    change(app, source.tenant_id, source.id, |facts| facts.extend(given.as_object().cloned().unwrap_or_default())).await
}

/// Stores the result of a webhook check; an unchanged result keeps its start.
pub(super) async fn saw(app: &SourceContext, source: &source::Model, seen: WebhookCheck) -> Result<()> {
    change(app, source.tenant_id, source.id, |facts| {
        if webhook(facts).same_as(&seen) {
            return;
        }
        match serde_json::to_value(&seen) {
            Ok(seen) => facts.insert("webhook".to_owned(), seen),
            Err(_) => None,
        };
    })
    .await
}

/// Changes the current facts.
async fn change(
    app: &SourceContext,
    tenant_id: Uuid,
    source_id: Uuid,
    how: impl Fn(&mut Map<String, Value>),
) -> Result<()> {
    for _ in 0..TRIES {
        let row = source::Entity::find_by_id((tenant_id, source_id)).one(app.store.read()).await?;
        let Some(row) = row else { return Ok(()) };
        let mut facts = crate::settings::facts(&row);
        how(&mut facts);
        let written = Value::Object(facts).to_string();
        if written == row.facts {
            return Ok(());
        }
        let done = source::Entity::update_by_id((tenant_id, source_id))
            .col_expr(source::Column::Facts, Expr::value(written))
            .filter(source::Column::Facts.eq(row.facts))
            .exec(app.store.write())
            .await?;
        if done.rows_affected == 1 {
            app.lookup.forget();
            return Ok(());
        }
    }
    Err(Error::not_storing())
}
