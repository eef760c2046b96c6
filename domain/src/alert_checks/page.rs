//! What is read of a page of accounts: a fixed number of statements, however many accounts and sources there are.

use std::collections::{BTreeMap, HashMap};

use entity::{alert as rows, conversation, source, tenant, turn};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::alert::{self, Alarm};
use crate::source::{NOT_ANSWERING, SourceStatus};
use crate::tenant::TenantStatus;
use crate::usage::UsageContext;

/// Accounts of a page.
const PAGE: u64 = 200;

/// A source, without its settings.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Source {
    pub tenant_id: Uuid,
    pub id: Uuid,
    pub kind: String,
    pub name: String,
    pub channel_id: Uuid,
    pub status: String,
    pub status_reason: String,
    pub paused: bool,
    paused_by: String,
    facts: String,
}

impl Source {
    /// Neither paused by a person nor stopped, which has an alert of its own.
    pub fn is_served(&self) -> bool {
        !self.paused && self.status != SourceStatus::Stopped.as_str()
    }

    /// As [`entity::source::Model::is_paused_by_person`].
    pub fn is_paused_by_person(&self) -> bool {
        self.paused && !self.paused_by.is_empty()
    }

    /// What is known of its line.
    pub fn facts(&self) -> Map<String, Value> {
        serde_json::from_str(&self.facts).unwrap_or_default()
    }
}

/// Accounts with what the checks look at.
pub(super) struct Page {
    pub tenants: Vec<tenant::Model>,
    pub sources: Vec<Source>,
    /// Open alerts by account and key.
    pub open: HashMap<(Uuid, String), rows::Model>,
    /// Targets that are held or do not answer, by account and target.
    pub turns: HashMap<(Uuid, Uuid), turn::Model>,
    /// How many new chats of a source are held.
    pub held: HashMap<Uuid, i64>,
}

impl Page {
    /// The next page.
    pub async fn read(app: &UsageContext, after: Option<Uuid>) -> Result<Self, DbErr> {
        let db = app.store.read();
        let mut tenants = tenant::Entity::find().order_by_asc(tenant::Column::TenantId).limit(PAGE);
        if let Some(after) = after {
            tenants = tenants.filter(tenant::Column::TenantId.gt(after));
        }
        let tenants = tenants.all(db).await?;
        let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.tenant_id).collect();
        use source::Column::{
            ChannelId, DeletedAt, Facts, Id, Kind, Name, Paused, PausedBy, Status, StatusReason, TenantId,
        };
        let sources = source::Entity::find()
            .select_only()
            .columns([TenantId, Id, Kind, Name, ChannelId, Status, StatusReason, Paused, PausedBy, Facts])
            .filter(TenantId.is_in(ids.iter().copied()))
            .filter(DeletedAt.is_null())
            .filter(crate::source::is_made())
            .into_model::<Source>()
            .all(db)
            .await?;
        let open = rows::Entity::find()
            .filter(rows::Column::TenantId.is_in(ids.iter().copied()))
            .filter(rows::Column::ResolvedAt.is_null())
            .all(db)
            .await?;
        let not_serving = Condition::any()
            .add(turn::Column::Reason.starts_with(queue::HELD))
            .add(turn::Column::Failures.gte(NOT_ANSWERING));
        let turns = turn::Entity::find()
            .filter(turn::Column::TenantId.is_in(ids.iter().copied()))
            .filter(not_serving)
            .all(db)
            .await?;
        let held = conversation::Entity::find()
            .select_only()
            .column(conversation::Column::SourceId)
            .column_as(conversation::Column::Id.count(), "many")
            .filter(conversation::Column::TenantId.is_in(ids.iter().copied()))
            .filter(conversation::Column::BlockedAt.gt(0))
            .filter(conversation::Column::BlockedBy.eq(""))
            .group_by(conversation::Column::SourceId)
            .into_tuple::<(Uuid, i64)>()
            .all(db)
            .await?;
        Ok(Self {
            held: held.into_iter().collect(),
            tenants,
            sources,
            open: open.into_iter().map(|row| ((row.tenant_id, row.key.clone()), row)).collect(),
            turns: turns.into_iter().map(|row| ((row.tenant_id, row.target), row)).collect(),
        })
    }

    /// The last account, after which the next page begins; none if the page is empty.
    pub fn last(&self) -> Option<Uuid> {
        self.tenants.last().map(|tenant| tenant.tenant_id)
    }

    /// No account follows.
    pub fn is_last(&self) -> bool {
        u64::try_from(self.tenants.len()).unwrap_or(PAGE) < PAGE
    }

    /// The ids of the accounts.
    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.tenants.iter().map(|tenant| tenant.tenant_id)
    }

    /// Accounts that amoCRM serves: of any other its own alert says what is wrong.
    pub fn served(&self) -> impl Iterator<Item = &tenant::Model> {
        self.tenants
            .iter()
            .filter(|tenant| matches!(TenantStatus::shown(tenant), TenantStatus::Active | TenantStatus::NeedsReauth))
    }

    /// The sources of an account.
    pub fn sources_of(&self, tenant_id: Uuid) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(move |source| source.tenant_id == tenant_id)
    }

    /// Whether nothing is delivered to a target: it is held, or it does not answer.
    pub fn is_stuck(&self, tenant_id: Uuid, target: Uuid) -> bool {
        self.turns.contains_key(&(tenant_id, target))
    }

    /// The turn of a target that does not answer.
    pub fn away(&self, tenant_id: Uuid, target: Uuid) -> Option<&turn::Model> {
        let turn = self.turns.get(&(tenant_id, target));
        turn.filter(|turn| turn.failures >= NOT_ANSWERING && !turn.reason.starts_with(queue::HELD))
    }

    /// An open alert of an account.
    pub fn alert(&self, tenant_id: Uuid, kind: &str, object: &str) -> Option<&rows::Model> {
        self.open.get(&(tenant_id, crate::alert::key(kind, object)))
    }
}

// What the checks found, compared with the open alerts: new ones are raised, those that are over are closed.

/// The kinds that are found here; others are closed where they are raised.
const KINDS: [&str; 11] = [
    alert::LATE,
    alert::CRM_UNREACHABLE,
    alert::MESSENGER_UNREACHABLE,
    alert::SOURCE_BLOCKED,
    alert::LINE_NOT_SET,
    alert::LINE_FAILING,
    alert::LINE_TROUBLE,
    alert::BUSINESS_OFF,
    alert::PIPELINE_ARCHIVED,
    alert::TOKEN_EXPIRING,
    alert::CHATS_HELD,
];

/// Something that is wrong now.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub tenant_id: Uuid,
    pub kind: &'static str,
    /// Empty: the account.
    pub source_id: Option<Uuid>,
    pub detail: Value,
}

impl Finding {
    fn object(&self) -> String {
        self.source_id.map(|id| id.to_string()).unwrap_or_default()
    }

    async fn raise(&self, app: &UsageContext) -> Result<(), DbErr> {
        let object = self.object();
        let alarm = Alarm {
            tenant_id: self.tenant_id,
            kind: self.kind,
            object: &object,
            source_id: self.source_id,
            detail: self.detail.clone(),
        };
        alert::raise(app, app.store.write(), alarm).await.map(|_| ())
    }
}

/// Everything that is wrong in a page of accounts.
#[derive(Default)]
pub(super) struct Findings(BTreeMap<(Uuid, String), Finding>);

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        self.0.insert((finding.tenant_id, alert::key(finding.kind, &finding.object())), finding);
    }

    /// Raises what is new and closes what is over. One alert that cannot be stored does not hold up the others.
    pub async fn settle(self, app: &UsageContext, page: &Page) -> anyhow::Result<()> {
        let mut done = Ok(());
        for (key, finding) in &self.0 {
            // Unchanged ones are not written again.
            let detail = finding.detail.to_string();
            if page.open.get(key).is_none_or(|open| open.detail != detail) {
                done = finding.raise(app).await.and(done);
            }
        }
        for (key, open) in &page.open {
            if KINDS.contains(&open.kind.as_str()) && !self.0.contains_key(key) {
                done = close(app, page, open).await.and(done);
            }
        }
        Ok(done?)
    }
}

/// Resolved if it was repaired; ended without a word if its source is gone or paused, or its account is not served:
/// that is no recovery.
pub(super) async fn close(app: &UsageContext, page: &Page, open: &rows::Model) -> Result<(), DbErr> {
    let object = alert::object_of(open);
    let serves = page.served().any(|tenant| tenant.tenant_id == open.tenant_id);
    let source = |id| page.sources.iter().any(|source| source.id == id && source.is_served());
    let repaired = serves && open.source_id.is_none_or(source);
    if repaired {
        alert::resolve(app, app.store.write(), open.tenant_id, &open.kind, object).await?;
    } else {
        alert::end(app, app.store.write(), open.tenant_id, &open.kind, object).await?;
    }
    Ok(())
}
