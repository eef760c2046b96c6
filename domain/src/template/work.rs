//! The durable work on reviews, and what it asks of amoCRM and its files host: each row stores what is due next, so that a crash loses nothing.
//!
//! ```text
//! requested ─▶ submitted ─▶ polled while in review ─▶ decided ─▶ reported to amoCRM ─▶ polled daily
//!     each step: done, or retried with back-off; the row stores the reason of a wait
//! ```

use std::sync::Arc;

use amocrm::Error as CrmError;
use amocrm::rest::{Drive, DriveFile, TemplateAttachment};
use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Words};
use base::message::Direction;
use base::store::in_transaction;
use bytes::Bytes;
use chrono::TimeDelta;
use connectors::kinds::has_own_server;
use connectors::template::{TemplateFile, TemplateFileKind, TemplateState, TemplateStatus};
use connectors::{Connector, Denied, Settings};
use entity::message_template::{self, Column};
use entity::{job as jobs, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Stage;
use super::registry::{KIND, apply, due_at, reported};
use super::spec::Spec;
use super::view::renew;
use crate::job::{self, NextRun};
use crate::media::{FileOwner, Upload, Uploader, uploaded};
use crate::source::SourceContext;
use crate::tenant::token::{CallError, with_token};
use crate::{settings, tenant};

/// Seconds before the second, third, … attempt of a step.
const BACK_OFF: [i64; 6] = [10, 60, 300, 1_800, 3_600, 7_200];
/// Interval between polls of a template in review.
const IN_REVIEW: TimeDelta = TimeDelta::minutes(10);
/// Interval between polls after the decision: messengers report most changes by themselves.
const DECIDED: TimeDelta = TimeDelta::days(1);
/// Time until the next check of a suspended account or a paused source.
const PAUSED: TimeDelta = TimeDelta::hours(1);

/// Runs all steps of a row that are due; each schedules the next.
pub async fn go_on(app: Arc<SourceContext>, job: jobs::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let id: Uuid = job.key.parse()?;
    let row = message_template::Entity::find_by_id((job.tenant_id, id)).one(app.store.write()).await?;
    let Some(row) = row else { return Ok(NextRun::Never) };
    one(app, row).await?;
    Ok(NextRun::Scheduled)
}

/// What a row needs next.
#[derive(Debug, PartialEq, Eq)]
enum ReviewStep {
    Submit,
    Tell,
    Ask,
}

fn step(row: &message_template::Model) -> ReviewStep {
    match Stage::of(row) {
        Stage::Waiting => ReviewStep::Submit,
        stage if stage.outcome().is_some_and(|outcome| outcome != row.told) => ReviewStep::Tell,
        _ => ReviewStep::Ask,
    }
}

/// Works on one row until nothing more is due.
async fn one(app: &Arc<SourceContext>, row: message_template::Model) -> anyhow::Result<()> {
    let now = app.clock.millis();
    let found = crate::source::live(row.tenant_id).filter(source::Column::Id.eq(row.source_id));
    let source = found.one(app.store.read()).await?;
    let connector = source.as_ref().and_then(|source| app.connectors.get(&source.kind)).cloned();
    let Some((source, connector)) = source.zip(connector) else {
        // No connector reviews it any more.
        return Ok(set(app, &row, None, "").await?);
    };
    let account = app.lookup.tenant(row.tenant_id).await?;
    let Some(account) = account.filter(|account| account.held().is_none() && !source.paused) else {
        return Ok(set(app, &row, Some(now + PAUSED.num_milliseconds()), "").await?);
    };
    let words = tenant::words(&app.integrations, &account);
    let line = ReviewedLine {
        app,
        source: &source,
        connector: connector.as_ref(),
        settings: settings::open(app, &source)?,
        words,
    };
    let mut row = row;
    loop {
        let done = match step(&row) {
            ReviewStep::Submit => line.submit(row).await?,
            ReviewStep::Tell => line.report(row).await?,
            ReviewStep::Ask => line.ask(row).await?,
        };
        match done {
            Done::Next(next) => row = *next,
            Done::Waits => return Ok(()),
        }
    }
}

/// The result of a step.
enum Done {
    /// Another step is due immediately.
    Next(Box<message_template::Model>),
    /// The next step is due later.
    Waits,
}

/// A source with its messenger.
struct ReviewedLine<'a> {
    app: &'a Arc<SourceContext>,
    source: &'a source::Model,
    connector: &'a dyn Connector,
    settings: Settings,
    words: Words,
}

impl ReviewedLine<'_> {
    async fn submit(&self, row: message_template::Model) -> anyhow::Result<Done> {
        let row = match current_template(self.app, row.clone()).await {
            Ok(row) => row,
            Err(said) => return self.failed(&row, &said).await,
        };
        let spec = Spec::stored(&row);
        let sample = match (spec.file, self.sample(&spec).await?) {
            (false, _) => None,
            (true, Ok(sample)) => Some(sample),
            (true, Err(Denied::Refused(said))) => {
                let said = said.in_words(self.words, base::i18n::CRM).to_string();
                return self.decided(row, refused(said)).await;
            }
            (true, Err(denied)) => return self.failed(&row, denied.text()).await,
        };
        match self.connector.submit_template(&self.settings, &spec.as_new(&row, self.app.clock.now(), sample)).await {
            Ok(state) => {
                let status = state.status.or(Some(TemplateStatus::InReview));
                self.decided(row, TemplateState { status, ..state }).await
            }
            Err(Denied::Refused(said)) => {
                let said = said.in_words(self.words, base::i18n::CRM).to_string();
                self.decided(row, refused(said)).await
            }
            Err(denied) => self.failed(&row, denied.text()).await,
        }
    }

    /// The file above a template's text. Developers' messengers get none.
    async fn sample(&self, spec: &Spec) -> anyhow::Result<Result<TemplateFile, Denied>> {
        let refused = |key: &'static str| Ok(Err(Denied::Refused(LocalizedText::new(key))));
        if has_own_server(&self.source.kind) {
            return refused("said-template-file");
        }
        match spec.file_kind().zip(spec.attachment.as_ref()) {
            Some((kind, attachment)) => sample_of(self.app, self.source.tenant_id, kind, attachment).await,
            None => refused("said-template-file-gone"),
        }
    }

    async fn decided(&self, row: message_template::Model, state: TemplateState) -> anyhow::Result<Done> {
        let row = apply(self.app, row, &state).await?;
        self.goes_on(row).await
    }

    async fn report(&self, row: message_template::Model) -> anyhow::Result<Done> {
        let stage = Stage::of(&row);
        match report_outcome(self.app, &row).await {
            Ok(()) => {
                let told = stage.outcome().unwrap_or_default();
                note(self.app, &row, told).await?;
                if let Err(error) = renew(self.app, row.tenant_id, row.crm_id).await {
                    tracing::info!(tenant.id = %row.tenant_id, template.id = %row.id, %error, "pages show a template's former state until amoCRM's list is read again");
                }
                self.goes_on(message_template::Model { told: told.to_owned(), ..row }).await
            }
            Err(said) => self.failed(&row, &said).await,
        }
    }

    /// Polls the messenger for all templates of the source at once.
    async fn ask(&self, row: message_template::Model) -> anyhow::Result<Done> {
        let listed = match self.connector.templates(&self.settings).await {
            Ok(listed) => listed,
            Err(denied) => return self.failed(&row, denied.text()).await,
        };
        for one in &listed {
            reported(self.app, self.source, &one.state).await?;
        }
        let now = message_template::Entity::find_by_id((row.tenant_id, row.id));
        let Some(row) = now.one(self.app.store.read()).await? else { return Ok(Done::Waits) };
        if step(&row) != ReviewStep::Ask {
            return Ok(Done::Next(Box::new(row)));
        }
        self.rests(&row).await
    }

    async fn goes_on(&self, row: message_template::Model) -> anyhow::Result<Done> {
        if step(&row) == ReviewStep::Ask { self.rests(&row).await } else { Ok(Done::Next(Box::new(row))) }
    }

    /// Nothing is due: the messenger is polled again later, unless it is a developer's messenger, which calls us.
    async fn rests(&self, row: &message_template::Model) -> anyhow::Result<Done> {
        let wait = if Stage::of(row) == Stage::InReview { IN_REVIEW } else { DECIDED };
        let gone = Stage::of(row) == Stage::Deleted || has_own_server(&self.source.kind);
        set(self.app, row, (!gone).then(|| self.app.clock.millis() + wait.num_milliseconds()), "").await?;
        Ok(Done::Waits)
    }

    async fn failed(&self, row: &message_template::Model, said: &LocalizedText) -> anyhow::Result<Done> {
        let step = usize::try_from(row.tries).unwrap_or(usize::MAX).min(BACK_OFF.len() - 1);
        set(
            self.app,
            row,
            Some(self.app.clock.millis() + TimeDelta::seconds(BACK_OFF[step]).num_milliseconds()),
            &said.to_string(),
        )
        .await?;
        Ok(Done::Waits)
    }
}

fn refused(reason: String) -> TemplateState {
    TemplateState {
        id: String::new(),
        name: None,
        language: None,
        status: Some(TemplateStatus::Rejected),
        reason: Some(reason),
        category: None,
        quality: None,
    }
}

/// Ends a step: stores when the next one is due, and why this one failed. A report that arrived meanwhile keeps its own
/// due time.
async fn set(
    app: &SourceContext,
    row: &message_template::Model,
    next: Option<i64>,
    trouble: &str,
) -> Result<(), DbErr> {
    let tries = if trouble.is_empty() { 0 } else { row.tries.saturating_add(1) };
    in_transaction(&app.store, async |tx| {
        let done = message_template::Entity::update_by_id((row.tenant_id, row.id))
            .col_expr(Column::NextTryAt, Expr::value(next))
            .col_expr(Column::Tries, Expr::value(tries))
            .col_expr(Column::Trouble, Expr::value(trouble))
            .filter(Column::Submission.eq(row.submission))
            .filter(Column::Stage.eq(row.stage.as_str()))
            .exec(tx)
            .await?;
        match next {
            _ if done.rows_affected == 0 => Ok(()),
            Some(next) => due_at(tx, row.tenant_id, row.id, next).await,
            None => job::cancel(tx, row.tenant_id, KIND, &row.id.to_string()).await.map(drop),
        }
    })
    .await
}

/// Makes a row's next step due immediately. False if there is no such row.
pub async fn soon(app: &SourceContext, tenant_id: Uuid, id: Uuid) -> Result<bool, DbErr> {
    let row = message_template::Entity::find_by_id((tenant_id, id)).one(app.store.read()).await?;
    if row.is_some() {
        due_at(app.store.write(), tenant_id, id, app.clock.millis()).await?;
    }
    Ok(row.is_some())
}

/// The row with amoCRM's current template. A template that our token cannot read, such as a user's own, is submitted as
/// its webhook described it (crm-api §7.4). The error explains why amoCRM could not be called.
pub(super) async fn current_template(
    app: &Arc<SourceContext>,
    row: message_template::Model,
) -> Result<message_template::Model, LocalizedText> {
    let id = row.crm_id;
    let asked = with_token(&app.tenants, row.tenant_id, |rest, token| async move { rest.template(&token, id).await });
    let Some(template) = asked.await.map_err(text_of_error)? else { return Ok(row) };
    let spec = Spec::of(&template);
    let title = template.name.replace('\0', "\u{fffd}");
    let waba = template.waba.unwrap_or_default();
    let row = message_template::Model {
        title,
        spec: serde_json::to_string(&spec).unwrap_or_default().replace('\0', "\u{fffd}"),
        language: waba.language,
        category: waba.category,
        ..row
    };
    let stored = message_template::Entity::update_by_id((row.tenant_id, row.id))
        .col_expr(Column::Title, Expr::value(row.title.as_str()))
        .col_expr(Column::Spec, Expr::value(row.spec.as_str()))
        .col_expr(Column::Language, Expr::value(row.language.as_str()))
        .col_expr(Column::Category, Expr::value(row.category.as_str()))
        .exec(app.store.write());
    match stored.await {
        Ok(_) => Ok(row),
        Err(error) => {
            tracing::warn!(tenant.id = %row.tenant_id, template.id = %row.id, %error, "a template could not be stored before its submission");
            Err(LocalizedText::new("said-not-stored"))
        }
    }
}

/// Reports the outcome to amoCRM. If amoCRM no longer has the review, this counts as success. The error explains why it
/// could not be reported.
pub(super) async fn report_outcome(
    app: &Arc<SourceContext>,
    row: &message_template::Model,
) -> Result<(), LocalizedText> {
    let Some(outcome) = Stage::of(row).report(&row.reason) else { return Ok(()) };
    let (template_id, review_id) = (row.crm_id, row.review_id);
    let told = with_token(&app.tenants, row.tenant_id, |rest, token| {
        let outcome = outcome.clone();
        async move { rest.report_review(&token, template_id, review_id, &outcome).await }
    });
    match told.await {
        // An unreadable answer counts as success: the call could be repeated, but need not be.
        Ok(_) | Err(CallError::Crm(CrmError::Unreadable { .. })) => Ok(()),
        Err(CallError::Crm(CrmError::Refused { status: status @ (400 | 404), .. })) => {
            tracing::info!(tenant.id = %row.tenant_id, template.id = %row.id, status, "amoCRM does not have this review any more");
            Ok(())
        }
        Err(error) => Err(text_of_error(error)),
    }
}

/// Stores what was reported to amoCRM.
pub(super) async fn note(app: &SourceContext, row: &message_template::Model, told: &str) -> Result<(), DbErr> {
    message_template::Entity::update_by_id((row.tenant_id, row.id))
        .col_expr(Column::Told, Expr::value(told))
        .col_expr(Column::Trouble, Expr::value(""))
        .filter(Column::ReviewId.eq(row.review_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The reason of a failed call, as text.
pub(super) fn text_of_error(error: CallError) -> LocalizedText {
    crate::source::call_error(error).text()
}

/// Largest file in bytes; it is held in memory while it is submitted.
const MOST: usize = 16 * 1024 * 1024;

/// The answer of the files host.
enum Found {
    File(DriveFile, Vec<u8>),
    TooLarge,
    Nothing,
}

/// The file of a template. [`Denied::Refused`] if there is none that can be submitted; after other errors it is
/// requested again later.
async fn sample_of(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    kind: TemplateFileKind,
    attachment: &TemplateAttachment,
) -> anyhow::Result<Result<TemplateFile, Denied>> {
    let account = tenant::load(app.store.read(), tenant_id).await?.context("the account is gone")?;
    let integration = tenant::integration(&app.tenants, &account)?;
    let http = app.tenants.http.amocrm().clone();
    let found = with_token(&app.tenants, tenant_id, |rest, token| {
        let (integration, http) = (integration.clone(), http.clone());
        async move {
            let told = rest.account(&token, &["drive_url"]).await?.drive_url.unwrap_or_default();
            let invalid = |what: String| CrmError::Invalid { call: "drive", what };
            let host = tenant::host_rules(&integration).drive(&told).map_err(|error| invalid(error.to_string()))?;
            let base = tenant::account_base(&integration, &host).map_err(|error| invalid(error.to_string()))?;
            let drive = Drive::new(http, base.as_str())?;
            let Some(file) = drive.file(&token, &attachment.id).await?.filter(|file| !file.is_trashed) else {
                return Ok(Found::Nothing);
            };
            let most = u64::try_from(MOST).unwrap_or(u64::MAX);
            if file.size.is_some_and(|size| size > most) {
                return Ok(Found::TooLarge);
            }
            let bytes = drive.download(&token, &file, MOST).await?;
            Ok(bytes.map_or(Found::Nothing, |bytes| Found::File(file, bytes)))
        }
    });
    Ok(match found.await {
        Ok(Found::File(file, bytes)) => Ok(sample(kind, attachment, file, bytes)),
        Ok(Found::TooLarge) => Err(Denied::Refused(LocalizedText::new("said-template-file-large"))),
        Ok(Found::Nothing) => Err(Denied::Refused(LocalizedText::new("said-template-file-gone"))),
        Err(error) => Err(Denied::Away(text_of_error(error))),
    })
}

fn sample(kind: TemplateFileKind, attachment: &TemplateAttachment, file: DriveFile, bytes: Vec<u8>) -> TemplateFile {
    let usual = match kind {
        TemplateFileKind::Picture => "image/jpeg",
        TemplateFileKind::Video => "video/mp4",
        TemplateFileKind::Document => "application/pdf",
    };
    let known = file.mime_type.filter(|kind| !kind.is_empty() && kind != "application/octet-stream");
    let name = if attachment.name.is_empty() { file.name } else { attachment.name.clone() };
    let mime_type = known.unwrap_or_else(|| usual.to_owned());
    TemplateFile { kind, name, mime_type, bytes: Bytes::from(bytes) }
}

/// Seconds after which a caller may ask again while amoCRM or the messenger does not answer.
pub(super) const RETRY_AFTER: u32 = 30;

/// The `media_id` of a template's file: fetched from amoCRM once, and again when it is no longer stored. 422 at `/file`
/// if amoCRM does not have it, 503 while amoCRM does not answer.
pub async fn example(app: &Arc<SourceContext>, source: &source::Model, row: &message_template::Model) -> Result<Uuid> {
    let spec = Spec::stored(row);
    let (Some(kind), Some(attachment)) = (spec.file_kind(), &spec.attachment) else {
        return Err(Error::field("/file", LocalizedText::new("said-template-file-gone")));
    };
    if let Some(known) = spec.example
        && is_stored(app, source, known).await?
    {
        return Ok(known);
    }
    let file = match sample_of(app, row.tenant_id, kind, attachment).await? {
        Ok(file) => file,
        Err(Denied::Away(detail)) => return Err(Error::Unavailable { detail, retry_after: RETRY_AFTER }),
        Err(denied) => return Err(Error::field("/file", denied.text().clone())),
    };
    let upload = Upload::begin(&app.files, source.tenant_id, source.id, Uploader::Account).await?;
    let received = upload.take(file.bytes).await?.finish(&file.name).await?;
    received.keep(&app.files).await?;
    let stored = Spec { example: Some(received.id()), ..spec };
    message_template::Entity::update_by_id((row.tenant_id, row.id))
        .col_expr(Column::Spec, Expr::value(serde_json::to_string(&stored).map_err(anyhow::Error::from)?))
        // A review that was requested meanwhile has another file.
        .filter(Column::Spec.eq(row.spec.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(received.id())
}

async fn is_stored(app: &Arc<SourceContext>, source: &source::Model, media_id: Uuid) -> Result<bool> {
    let (tenant_id, source_id) = (source.tenant_id, source.id);
    let whose = FileOwner { tenant_id, source_id, direction: Direction::ToMessenger, message_id: Uuid::nil() };
    match uploaded(&app.files, &whose, media_id).await {
        Ok(_) => Ok(true),
        Err(Error::Invalid(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
