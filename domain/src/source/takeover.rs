//! What is remembered of a line's takeover from another service. [`super::handover`] is what it makes of the source, and
//! [`crate::takeover`] the steps.
//!
//! It is the payload of a job, one for a source, which stays as a record when there is nothing more to do. The receivers
//! as they were are sealed beside it: addresses of others may contain secrets.

use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::vault::Place;
use base::worded::worded;
use connectors::{Receiver, Settings, SwitchOff};
use entity::{job as jobs, source};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::SourceContext;
use crate::job::{NewJob, place_of, schedule};
use crate::settings;

pub use super::line::watch::TAKEOVER as KIND;

/// The fact of a line that was taken over: until when messages, by their own time, may have gone to the other service too;
/// 0 if none may.
const SHARED_UNTIL: &str = "shared_until";

worded! {
    /// How far a takeover is, with the word of the public API.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum TakeoverState, as_str {
        /// The switch is under way.
        Switching = "switching",
        /// Parom has the line.
        Switched = "switched",
        /// A step failed: what was done is undone.
        RollingBack = "rolling_back",
        /// The other service has the line, because a step failed.
        RolledBack = "rolled_back",
        /// The way back is under way.
        Returning = "returning",
        /// The other service has the line again, because a person wanted it.
        Returned = "returned",
    }
}

impl TakeoverState {
    /// Whether something is being changed right now.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Switching | Self::RollingBack | Self::Returning)
    }
}

worded! {
    /// A step of a switch, or of the way back.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum TakeoverStep, as_str {
        /// The days before are compared with amoCRM, and the chats get their contacts.
        Compare = "compare",
        /// The source is created in amoCRM.
        Mirror = "mirror",
        /// The other services stop receiving.
        SwitchOff = "switch_off",
        /// The source sends from now on.
        Begin = "begin",
        /// The chats' last messages are sent as history.
        History = "history",
        /// What came during the switch is compared with amoCRM: what the other service does not have is delivered.
        Settle = "settle",
        /// The source sends nothing from now on.
        Stop = "stop",
        /// The other services receive again.
        PutBack = "put_back",
        /// What came on the way back is compared with amoCRM.
        SettleBack = "settle_back",
        /// The source is removed from amoCRM.
        Unmirror = "unmirror",
        Done = "done",
    }
}

/// Another receiver, without what may be secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    pub id: String,
    pub name: String,
    pub off: SwitchOff,
    pub loses_secret: bool,
    /// A person decided that it goes on receiving.
    pub stays: bool,
    /// Why it could not be put back.
    pub trouble: Option<LocalizedText>,
}

impl Other {
    /// Whether it can go on receiving beside Parom.
    pub fn may_stay(&self) -> bool {
        self.off != SwitchOff::ByRegistering
    }
}

/// A day beside amoCRM's, as it was before the switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedDay {
    pub day: chrono::NaiveDate,
    pub seen: usize,
    pub in_crm: usize,
    pub on_both: usize,
    pub missing_here: usize,
    pub missing_in_crm: usize,
}

/// A takeover. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takeover {
    pub state: TakeoverState,
    /// The next step, or the last one.
    pub step: TakeoverStep,
    pub begun_at: i64,
    /// Who began it.
    pub by: String,
    pub others: Vec<Other>,
    /// Where it failed, and why.
    pub failure: Option<(TakeoverStep, LocalizedText)>,
    /// CRM id of the source that was made for it.
    pub amocrm_source_id: i64,
    pub pipeline_id: i64,
    /// Between these times the others stopped receiving.
    pub off_from: Option<i64>,
    pub off_at: Option<i64>,
    pub switched_at: Option<i64>,
    /// How far the step is, if it takes several attempts: a day, or a conversation.
    #[serde(default)]
    pub place: String,
    /// Since when the source was a shadow.
    pub shadow_since: Option<i64>,
    /// Between these times the others began to receive again.
    pub back_from: Option<i64>,
    pub back_at: Option<i64>,
    pub returned_at: Option<i64>,
    /// The days before it.
    pub days: Vec<ComparedDay>,
    /// The kinds of channels in amoCRM that carried the line.
    pub origins: Vec<String>,
}

impl Takeover {
    /// One that begins now.
    pub fn new(now: i64, by: String, others: Vec<Other>) -> Self {
        Self {
            state: TakeoverState::Switching,
            step: TakeoverStep::Compare,
            begun_at: now,
            by,
            others,
            failure: None,
            amocrm_source_id: 0,
            pipeline_id: 0,
            off_from: None,
            off_at: None,
            switched_at: None,
            place: String::new(),
            shadow_since: None,
            back_from: None,
            back_at: None,
            returned_at: None,
            days: Vec::new(),
            origins: Vec::new(),
        }
    }

    /// One that was made by creating the source: registering its address took the line.
    pub(super) fn by_creation(now: i64, by: String, others: &[Receiver]) -> Self {
        let at = Some(now);
        let others = others.iter().map(|one| other(one, false)).collect();
        Self {
            state: TakeoverState::Switched,
            step: TakeoverStep::Settle,
            off_from: at,
            off_at: at,
            switched_at: at,
            ..Self::new(now, by, others)
        }
    }

    /// Those that are switched off and put back.
    pub fn is_chosen(&self, receiver: &Receiver) -> bool {
        self.others.iter().any(|other| other.id == receiver.id && !other.stays)
    }
}

/// A receiver without what may be secret.
pub fn other(receiver: &Receiver, stays: bool) -> Other {
    let Receiver { id, name, off, loses_secret, .. } = receiver.clone();
    Other { id, name, off, loses_secret, stays, trouble: None }
}

/// Whether the source took its line over, and has it.
pub fn has_taken_over(source: &source::Model) -> bool {
    source.facts.contains(SHARED_UNTIL)
}

/// Whether a message, by its own time, may have gone to the other service too.
pub fn is_shared(source: &source::Model, sent_at: i64) -> bool {
    has_taken_over(source)
        && settings::facts(source).get(SHARED_UNTIL).and_then(Value::as_i64).is_some_and(|until| sent_at < until)
}

/// The facts of a source whose line was shared until then; none: it did not take its line over.
pub(super) fn facts_with(source: &source::Model, shared_until: Option<i64>) -> String {
    let mut facts = settings::facts(source);
    match shared_until {
        Some(until) => facts.insert(SHARED_UNTIL.to_owned(), json!(until)),
        None => facts.remove(SHARED_UNTIL),
    };
    Value::Object(facts).to_string()
}

/// The takeover of a row.
pub fn read(row: &jobs::Model) -> anyhow::Result<Takeover> {
    serde_json::from_str(&row.payload).context("a takeover as it is stored")
}

/// The row of a source's takeover.
pub async fn row(app: &SourceContext, source: &source::Model) -> Result<Option<jobs::Model>, DbErr> {
    let key = (source.tenant_id, KIND.to_owned(), source.id.to_string());
    jobs::Entity::find_by_id(key).one(app.store.read()).await
}

/// Whether the line is being switched right now.
pub(super) async fn is_under_way(app: &SourceContext, source: &source::Model) -> Result<bool> {
    let row = row(app, source).await?;
    Ok(row.as_ref().map(read).transpose()?.is_some_and(|takeover| takeover.state.is_under_way()))
}

/// The takeovers of all accounts with their sources, the latest first.
pub async fn of_all(app: &SourceContext, most: u64) -> Result<Vec<(source::Model, Takeover)>> {
    let rows = jobs::Entity::find().filter(jobs::Column::Kind.eq(KIND));
    let rows = rows.order_by_desc(jobs::Column::CreatedAt).limit(most).all(app.store.read()).await?;
    let ids = rows.iter().filter_map(|row| Uuid::try_parse(&row.key).ok());
    let sources = source::Entity::find().filter(source::Column::Id.is_in(ids)).all(app.store.read()).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(source) = sources.iter().find(|source| source.id.to_string() == row.key) {
            found.push((source.clone(), read(row)?));
        }
    }
    Ok(found)
}

/// Stores a takeover in place of an earlier one; its next step is due.
pub async fn begin(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    source: &source::Model,
    takeover: &Takeover,
    receivers: &[Receiver],
) -> Result<(), DbErr> {
    let (key, now) = (source.id.to_string(), app.clock.millis());
    let whole = Settings { public: json!(receivers), secrets: Default::default() };
    let row = place_of(KIND, &key);
    let sealed = settings::seal_whole(app, (source.tenant_id, Place::Job, &row), &whole);
    let sealed = Some(sealed.map_err(|error| DbErr::Custom(format!("{error:#}")))?);
    let new = NewJob { tenant_id: source.tenant_id, kind: KIND, key, payload: json!(takeover), sealed, due: Some(now) };
    schedule(tx, now, new).await
}

/// The receivers as they were.
pub fn receivers(app: &SourceContext, row: &jobs::Model) -> anyhow::Result<Vec<Receiver>> {
    let place = place_of(KIND, &row.key);
    let sealed = row.sealed.as_deref().context("a takeover without its receivers")?;
    let whole = settings::open_whole(app, (row.tenant_id, Place::Job, &place), sealed)?;
    Ok(serde_json::from_value(whole.public)?)
}

/// 409: one change at a time.
pub fn under_way() -> Error {
    Error::Conflict { problem: "takeover_under_way", detail: LocalizedText::new("said-takeover-under-way") }
}

/// Fails with 409 while the line is being switched.
pub async fn require_idle(tx: &DatabaseTransaction, source: &source::Model) -> Result<()> {
    let key = (source.tenant_id, KIND.to_owned(), source.id.to_string());
    let row = jobs::Entity::find_by_id(key).lock_exclusive().one(tx).await?;
    if row.as_ref().map(read).transpose()?.is_some_and(|takeover| takeover.state.is_under_way()) {
        return Err(under_way());
    }
    Ok(())
}
