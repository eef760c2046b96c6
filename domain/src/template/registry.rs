//! The registry of reviewed templates: one row for each source and template, created when its review is requested; with
//! the alerts about templates that can no longer be sent, or that the messenger changed.

use std::sync::Arc;

use amocrm::rest::{Rest, ReviewOutcome, ReviewStatus, Template};
use base::error::Result;
use base::store::in_transaction;
use base::worded::worded;
use connectors::kinds::has_own_server;
use connectors::template::{ListedTemplate, RegisteredTemplate, TemplateState, TemplateStatus};
use entity::message_template::{self, Column};
use entity::source;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use super::spec::{Spec, name_at_messenger, name_of_id};
use crate::alert::{self, Alarm};
use crate::job::{NewJob, schedule};
use crate::source::SourceContext;
use crate::tenant::token::with_token;

/// The kind of the jobs that go on with a review.
pub const KIND: &str = "templates";
/// Maximum length of a stored reason, in characters.
const REASON_CHARS: usize = 2_000;

/// Stores that reviews of a template were requested, for our sources whose messenger reviews templates. Durable when it
/// returns; the review itself follows. A request that is already stored changes nothing.
pub async fn requested(app: &SourceContext, tenant_id: Uuid, template: &Template) -> Result<(), DbErr> {
    let waiting = template.reviews.iter().filter(|review| review.status == ReviewStatus::Review);
    let waiting: Vec<(i64, i64)> = waiting.filter_map(|review| Some((review.source_id?, review.id))).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let sources = crate::source::live(tenant_id)
        .filter(source::Column::AmocrmSourceId.is_in(waiting.iter().map(|(source_id, _)| *source_id)))
        .all(app.store.read())
        .await?;
    let reviews = |source: &&source::Model| {
        app.connectors.get(&source.kind).is_some_and(|connector| connector.reviews_templates())
    };
    for source in sources.iter().filter(reviews) {
        let review = waiting.iter().find(|(source_id, _)| *source_id == source.amocrm_source_id);
        if let Some((_, review_id)) = review {
            enter(app, source, template, *review_id).await?;
        }
    }
    Ok(())
}

/// A row of a source that nothing is known of yet.
fn blank(app: &SourceContext, source: &source::Model) -> message_template::Model {
    let now = app.clock.millis();
    message_template::Model {
        tenant_id: source.tenant_id,
        id: app.clock.uuid_v7(),
        source_id: source.id,
        crm_id: 0,
        review_id: 0,
        submission: app.clock.uuid_v7(),
        title: String::new(),
        name: String::new(),
        language: String::new(),
        category: String::new(),
        spec: String::new(),
        stage: Stage::Waiting.word().to_owned(),
        external_id: String::new(),
        quality: String::new(),
        reason: String::new(),
        told: String::new(),
        trouble: String::new(),
        tries: 0,
        next_try_at: Some(now),
        created_at: now,
        submitted_at: 0,
        changed_at: 0,
    }
}

fn inserted(row: message_template::Model) -> sea_orm::Insert<message_template::ActiveModel> {
    let key = OnConflict::columns([Column::TenantId, Column::SourceId, Column::CrmId]).do_nothing().to_owned();
    message_template::Entity::insert(row.into_active_model()).on_conflict(key)
}

/// What amoCRM knows of a template that is entered.
pub(super) struct KnownAtCrm {
    pub crm_id: i64,
    /// 0: amoCRM has none for this source.
    pub review_id: i64,
    pub title: String,
    pub spec: Spec,
    /// amoCRM needs no report.
    pub told: bool,
}

/// Enters a template with the state that the messenger lists. One that has a row keeps it.
pub(super) async fn enter_listed(
    app: &SourceContext,
    source: &source::Model,
    known: KnownAtCrm,
    listed: &ListedTemplate,
) -> Result<(), DbErr> {
    let state = &listed.state;
    let stage = state.status.map_or(Stage::InReview, Stage::from);
    let told = stage.outcome().filter(|_| known.told).unwrap_or_default();
    let row = blank(app, source);
    let now = row.created_at;
    let row = message_template::Model {
        crm_id: known.crm_id,
        review_id: known.review_id,
        title: clean(&known.title),
        name: clean(state.name.as_deref().unwrap_or_default()),
        language: clean(state.language.as_deref().unwrap_or_default()),
        category: state.category.unwrap_or_default().word().to_owned(),
        spec: clean(&serde_json::to_string(&known.spec).unwrap_or_default()),
        stage: stage.word().to_owned(),
        external_id: clean(&state.id),
        quality: clean(state.quality.as_deref().unwrap_or_default()),
        reason: state.reason.as_deref().map(shorten).unwrap_or_default(),
        told: told.to_owned(),
        submitted_at: now,
        changed_at: now,
        ..row
    };
    in_transaction(&app.store, async |tx| {
        if inserted(row.clone()).exec_without_returning(tx).await? > 0 {
            due_at(tx, row.tenant_id, row.id, now).await?;
        }
        Ok(())
    })
    .await
}

async fn enter(app: &SourceContext, source: &source::Model, template: &Template, review_id: i64) -> Result<(), DbErr> {
    let waba = template.waba.clone().unwrap_or_default();
    let row = message_template::Model {
        crm_id: template.id,
        review_id,
        title: clean(&template.name),
        name: name_at_messenger(template),
        language: clean(&waba.language),
        category: clean(&waba.category),
        spec: clean(&serde_json::to_string(&Spec::of(template)).unwrap_or_default()),
        ..blank(app, source)
    };
    let now = row.created_at;
    in_transaction(&app.store, async |tx| {
        if inserted(row.clone()).exec_without_returning(tx).await? > 0 {
            return due_at(tx, row.tenant_id, row.id, now).await;
        }
        let known = message_template::Entity::of_tenant(row.tenant_id)
            .filter(Column::SourceId.eq(row.source_id))
            .filter(Column::CrmId.eq(row.crm_id))
            .filter(Column::ReviewId.ne(row.review_id))
            .lock_exclusive();
        let Some(known) = known.one(tx).await? else { return Ok(()) };
        // The messenger decided on it before amoCRM asked.
        let is_decided = known.review_id == 0 && known.spec == row.spec;
        let mut asked = message_template::Entity::update_by_id((known.tenant_id, known.id))
            .col_expr(Column::ReviewId, Expr::value(row.review_id))
            .col_expr(Column::Told, Expr::value(""))
            .col_expr(Column::Trouble, Expr::value(""))
            .col_expr(Column::Tries, Expr::value(0))
            .col_expr(Column::NextTryAt, Expr::value(Some(now)));
        // Another review of a known template: it is submitted again, under the name that it has at the messenger.
        if !is_decided {
            asked = asked
                .col_expr(Column::Submission, Expr::value(row.submission))
                .col_expr(Column::Title, Expr::value(row.title))
                .col_expr(Column::Language, Expr::value(row.language))
                .col_expr(Column::Category, Expr::value(row.category))
                .col_expr(Column::Spec, Expr::value(row.spec))
                .col_expr(Column::Stage, Expr::value(Stage::Waiting.word()));
        }
        asked.exec(tx).await?;
        due_at(tx, known.tenant_id, known.id, now).await
    })
    .await
}

/// Makes a row's next step due at this time.
pub(super) async fn due_at(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid, at: i64) -> Result<(), DbErr> {
    schedule(db, at, NewJob::new(tenant_id, KIND, id, at)).await
}

/// Handles a messenger's report about a template, for every source of its kind that has the template, because lines may
/// share templates. A template that is not ours is ignored.
pub async fn reported(app: &SourceContext, source: &source::Model, state: &TemplateState) -> Result<(), DbErr> {
    let of_kind: Vec<Uuid> = crate::source::live(source.tenant_id)
        .filter(source::Column::Kind.eq(source.kind.as_str()))
        .all(app.store.read())
        .await?
        .into_iter()
        .map(|source| source.id)
        .collect();
    let own_server = has_own_server(&source.kind);
    let rows = message_template::Entity::of_tenant(source.tenant_id).filter(Column::SourceId.is_in(of_kind));
    for row in rows.all(app.store.read()).await?.into_iter().filter(|row| is_about(row, state, own_server)) {
        apply(app, row, state).await?;
    }
    Ok(())
}

/// Whether a report is about this row: by the messenger's id or, while that is unknown or is about to change because
/// the messenger has no such template any more, by name and language.
fn is_about(row: &message_template::Model, state: &TemplateState, own_server: bool) -> bool {
    if !row.external_id.is_empty() && row.external_id == state.id {
        return true;
    }
    // Another account may have a template of this name in the same place. Whether the text is the same is found out when
    // this one is submitted.
    if row.external_id.is_empty() && Stage::of(row) == Stage::Waiting && !own_server {
        return false;
    }
    let is_settled = !row.external_id.is_empty() && !matches!(Stage::of(row), Stage::Waiting | Stage::Deleted);
    if is_settled && !state.id.is_empty() {
        return false;
    }
    let named = state.name.as_deref() == Some(row.name.as_str());
    named && state.language.as_deref().is_none_or(|language| language == row.language)
}

/// Stores a state that a messenger reported or decided and, if the outcome changed, schedules the report to amoCRM.
pub async fn apply(
    app: &SourceContext,
    row: message_template::Model,
    state: &TemplateState,
) -> Result<message_template::Model, DbErr> {
    let now = app.clock.millis();
    let before = row.clone();
    let mut row = row;
    if let Some(status) = state.status {
        row.stage = Stage::from(status).word().to_owned();
        row.reason = state.reason.as_deref().map(shorten).unwrap_or_default();
    }
    if let Some(category) = state.category {
        row.category = category.word().to_owned();
    }
    if let Some(quality) = &state.quality {
        row.quality = clean(quality);
    }
    if !state.id.is_empty() {
        row.external_id = clean(&state.id);
    }
    if row.submitted_at == 0 {
        row.submitted_at = now;
    }
    if row.stage != before.stage || row.reason != before.reason {
        row.changed_at = now;
    }
    let untold = Stage::of(&row).outcome().is_some_and(|outcome| outcome != row.told);
    in_transaction(&app.store, async |tx| {
        if untold || row != before {
            let mut update = message_template::Entity::update_by_id((row.tenant_id, row.id))
                .col_expr(Column::Stage, Expr::value(row.stage.as_str()))
                .col_expr(Column::Reason, Expr::value(row.reason.as_str()))
                .col_expr(Column::Category, Expr::value(row.category.as_str()))
                .col_expr(Column::Quality, Expr::value(row.quality.as_str()))
                .col_expr(Column::ExternalId, Expr::value(row.external_id.as_str()))
                .col_expr(Column::SubmittedAt, Expr::value(row.submitted_at))
                .col_expr(Column::ChangedAt, Expr::value(row.changed_at));
            if untold {
                update =
                    update.col_expr(Column::NextTryAt, Expr::value(Some(now))).col_expr(Column::Tries, Expr::value(0));
                due_at(tx, row.tenant_id, row.id, now).await?;
            }
            update.exec(tx).await?;
        }
        follow_alerts(app, tx, &before, &row).await
    })
    .await?;
    Ok(row)
}

/// The rows of an account, newest first.
pub async fn registered(app: &SourceContext, tenant_id: Uuid) -> Result<Vec<message_template::Model>, DbErr> {
    message_template::Entity::of_tenant(tenant_id).order_by_desc(Column::Id).all(app.store.read()).await
}

fn rows_of(source: &source::Model) -> Select<message_template::Entity> {
    message_template::Entity::of_tenant(source.tenant_id).filter(Column::SourceId.eq(source.id))
}

/// All rows of a source.
pub(super) async fn rows_of_source(
    app: &SourceContext,
    source: &source::Model,
) -> Result<Vec<message_template::Model>, DbErr> {
    rows_of(source).all(app.store.read()).await
}

/// A source's row of one of amoCRM's templates.
pub async fn of_source(
    app: &SourceContext,
    source: &source::Model,
    crm_id: i64,
) -> Result<Option<message_template::Model>, DbErr> {
    rows_of(source).filter(Column::CrmId.eq(crm_id)).one(app.store.read()).await
}

/// A source's row by amoCRM's external id, which a template keeps when it is created again in amoCRM. If several
/// languages have it, the row with this text is preferred, then an approved one, then the newest.
pub async fn named(
    app: &SourceContext,
    source: &source::Model,
    external_id: &str,
    content: &str,
) -> Result<Option<message_template::Model>, DbErr> {
    let Some(name) = name_of_id(external_id) else { return Ok(None) };
    let rows = rows_of(source).filter(Column::Name.eq(name)).all(app.store.read()).await?;
    let order = |row: &message_template::Model| {
        (Spec::stored(row).content == content, Stage::of(row) == Stage::Approved, row.id)
    };
    Ok(rows.into_iter().max_by_key(order))
}

/// Takes over the names that people gave templates in amoCRM meanwhile. Their names at messengers stay.
pub(super) async fn renamed(app: &SourceContext, tenant_id: Uuid, all: &[Template]) -> Result<(), DbErr> {
    let known: Vec<(i64, String)> = message_template::Entity::of_tenant(tenant_id)
        .filter(Column::CrmId.is_in(all.iter().map(|template| template.id)))
        .select_only()
        .columns([Column::CrmId, Column::Title])
        .into_tuple()
        .all(app.store.read())
        .await?;
    for template in all {
        let title = clean(&template.name);
        if known.iter().any(|(crm_id, known)| *crm_id == template.id && *known != title) {
            message_template::Entity::update_of(tenant_id)
                .col_expr(Column::Title, Expr::value(title))
                .filter(Column::CrmId.eq(template.id))
                .exec(app.store.write())
                .await?;
        }
    }
    Ok(())
}

/// One row of a source by our id.
pub async fn by_id(
    app: &SourceContext,
    source: &source::Model,
    id: Uuid,
) -> Result<Option<message_template::Model>, DbErr> {
    rows_of(source).filter(Column::Id.eq(id)).one(app.store.read()).await
}

/// Rows of a source before `after`, newest first.
pub async fn page(
    app: &SourceContext,
    source: &source::Model,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<message_template::Model>, DbErr> {
    rows_of(source)
        .apply_if(after, |rows, after| rows.filter(Column::Id.lt(after)))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(app.store.read())
        .await
}

/// The template with which messages are sent; none unless the messenger approved it.
pub fn usable(row: &message_template::Model) -> Option<RegisteredTemplate> {
    (Stage::of(row) == Stage::Approved).then(|| Spec::stored(row).registered_as(row))
}

fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn shorten(text: &str) -> String {
    clean(text).chars().take(REASON_CHARS).collect()
}

worded! {
    /// The state of a review at the messenger. The word is in the public API; its text key is `template-stage-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Stage, word {
        /// Not submitted to the messenger yet.
        Waiting = "waiting",
        InReview = "review",
        Approved = "approved",
        Rejected = "rejected",
        /// Cannot be used for now.
        Paused = "paused",
        /// Cannot be used any more.
        Disabled = "disabled",
        /// Deleted at the messenger.
        Deleted = "deleted",
    }
}

impl Stage {
    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Approved => "ok",
            Self::Waiting | Self::InReview => "wait",
            Self::Paused => "warn",
            Self::Rejected | Self::Disabled => "bad",
            Self::Deleted => "off",
        }
    }

    /// The stage of a row.
    pub fn of(row: &message_template::Model) -> Self {
        Self::parse(&row.stage).unwrap_or(Self::Waiting)
    }

    /// The outcome to report to amoCRM, which knows three. None until there is a decision.
    pub const fn outcome(self) -> Option<&'static str> {
        match self {
            Self::Waiting | Self::InReview => None,
            Self::Approved => Some("approved"),
            Self::Paused => Some("paused"),
            Self::Rejected | Self::Disabled | Self::Deleted => Some("rejected"),
        }
    }

    pub(super) fn report(self, reason: &str) -> Option<ReviewOutcome> {
        Some(match self.outcome()? {
            "approved" => ReviewOutcome::Approved,
            "paused" => ReviewOutcome::Paused(reason.to_owned()),
            _ => ReviewOutcome::Rejected(reason.to_owned()),
        })
    }
}

impl From<TemplateStatus> for Stage {
    fn from(status: TemplateStatus) -> Self {
        match status {
            TemplateStatus::InReview => Self::InReview,
            TemplateStatus::Approved => Self::Approved,
            TemplateStatus::Rejected => Self::Rejected,
            TemplateStatus::Paused => Self::Paused,
            TemplateStatus::Disabled => Self::Disabled,
            TemplateStatus::Deleted => Self::Deleted,
        }
    }
}

/// Kind of the alert about a template that the messenger rejected.
pub const REJECTED: &str = "template_rejected";
/// Kind of the alert about a template that the messenger paused or disabled.
pub const PAUSED: &str = "template_paused";
/// Kind of the alert about a template whose category or quality the messenger lowered.
pub const CHANGED: &str = "template_changed";
/// The rating below which messengers pause templates.
const WORST: &str = "RED";

/// Opens and closes the alerts for a row that changed.
async fn follow_alerts(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    before: &message_template::Model,
    row: &message_template::Model,
) -> Result<(), DbErr> {
    let stage = Stage::of(row);
    if stage != Stage::of(before) || row.reason != before.reason {
        set(app, db, row, REJECTED, stage == Stage::Rejected).await?;
        set(app, db, row, PAUSED, matches!(stage, Stage::Paused | Stage::Disabled)).await?;
    }
    let recategorised = row.category != before.category && !before.category.is_empty();
    let worst = row.quality == WORST;
    if recategorised || (worst && before.quality != WORST) {
        set(app, db, row, CHANGED, true).await?;
    } else if before.quality == WORST && !worst {
        set(app, db, row, CHANGED, false).await?;
    }
    Ok(())
}

async fn set(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &message_template::Model,
    kind: &'static str,
    open: bool,
) -> Result<(), DbErr> {
    // The alert about a rejection belongs to amoCRM's template, whichever of its sources was concerned.
    let object = if kind == REJECTED { row.crm_id.to_string() } else { row.id.to_string() };
    if open {
        let detail = json!({
            "template": row.title,
            "reason": row.reason,
            "category": row.category,
            "quality": row.quality,
        });
        let alarm = Alarm { tenant_id: row.tenant_id, kind, object: &object, source_id: None, detail };
        alert::raise(app, db, alarm).await?;
    } else {
        alert::resolve(app, db, row.tenant_id, kind, &object).await?;
    }
    Ok(())
}

pub(super) async fn call<T, Call, Called>(app: &Arc<SourceContext>, tenant_id: Uuid, call: Call) -> Result<T>
where
    Call: Fn(Rest, SecretString) -> Called,
    Called: Future<Output = Result<T, amocrm::Error>>,
{
    with_token(&app.tenants, tenant_id, call).await.map_err(crate::source::call_error)
}
