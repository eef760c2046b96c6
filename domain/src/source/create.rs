//! Creates a source: validated, reserved, created at amoCRM, and only then visible. A failed creation leaves nothing
//! behind.

use std::sync::Arc;

use amocrm::rest::{self, Source as Mirrored};
use anyhow::Context;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::directory::{self, IdKind};
use base::store::in_transaction;
use connectors::kinds::has_own_server;
use connectors::{HOOK_SECRET, Identity, LinePage, LineService, Probe, Receiver, Shadow, custom};
use entity::{source, tenant, tenant_channel};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, SqlErr,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::check::{Usage, WrongFields, addresses, limit_of};
use super::outbox::report_event;
use super::takeover::{self, Takeover};
use super::{By, ContactRule, SourceContext, SourceStatus, line, mirror, not_deleted, setup_of};
use crate::settings;
use crate::tenant::token::{CallError, TokenError};
use crate::tenant::{self as tenants, ChannelStatus, TenantStatus};
use crate::vendor_events::VendorEventKind;

/// Input for a new source.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// The connector.
    pub kind: String,
    pub name: String,
    /// 1 to 36 printable ASCII characters; none to generate one.
    pub external_id: Option<String>,
    /// None: amoCRM chooses.
    pub pipeline_id: Option<i64>,
    /// True makes it the account's only default source.
    pub default: bool,
    /// None: the only channel that serves the kind.
    pub channel_id: Option<Uuid>,
    pub contact_rule: ContactRule,
    /// Whether customers' origins are written into their leads.
    pub lead_origin: bool,
    /// As in amoCRM's Sources API.
    pub services: Option<Value>,
    /// With credentials, as the kind requires.
    pub settings: Value,
    /// The person who creates it has seen what the messenger says of its rights and its webhook, and goes on.
    pub is_checked: bool,
    /// It receives beside another service and sends nothing; amoCRM gets no source for it.
    pub shadow: bool,
}

/// A created source.
#[derive(Clone, Debug)]
pub struct Created {
    pub source: source::Model,
    /// Set for kind `custom`; not returned again.
    pub webhook_secret: Option<SecretString>,
}

/// A validated request.
struct CreatePlan {
    row: source::Model,
    mirror: rest::NewSource,
    webhook_secret: Option<SecretString>,
    /// The line's identity at the messenger, for kinds that have one.
    identity: Option<Identity>,
    /// The source that loses the line to this one.
    from: Option<source::Model>,
    /// The services that lose it.
    others: Vec<Receiver>,
}

/// Creates a source at amoCRM and here. Errors: wrong fields (422); the plan has no such kind, the account is not active, unpaid or blocked at
/// amoCRM, its limit is reached, the external id is taken, or amoCRM refuses with its own text (409); amoCRM is not
/// reachable (503, nothing is left behind); a shadow that its messenger does not allow, or that would take the line from
/// the service that has it (409). Completes even if the caller goes away.
pub async fn create(app: &Arc<SourceContext>, tenant_id: Uuid, wanted: NewSource, by: &By) -> Result<Created> {
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    let pipeline_id = wanted.pipeline_id;
    let (asks_for_services, is_checked) = (wanted.services.is_some(), wanted.is_checked);
    plan_allows(app, &tenant, &wanted.kind)?;
    if wanted.shadow {
        shadow_allowed(app, &wanted)?;
    }
    let mut plan = plan(app, &tenant, wanted)?;
    let public: Value = serde_json::from_str(&plan.row.settings).context("settings as JSON")?;
    let wrong = addresses(app, &plan.row.kind, &public, &Value::Null).await;
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let tenant = served(app, tenant).await?;
    active(&tenant)?;
    channel_connected(app, tenant_id, plan.row.channel_id).await?;
    if let Some(pipeline_id) = pipeline_id {
        pipeline_exists(app, tenant_id, pipeline_id).await?;
    }
    find_line(app, &mut plan, asks_for_services).await?;
    find_others(app, &mut plan).await?;
    if plan.row.is_shadow() {
        leaves_others_alone(app, &plan).await?;
    }
    if !is_checked {
        check(app, &plan).await?;
    }
    let making = base::supervisor::detach("source_create", make(app.clone(), tenant, plan, by.clone()));
    making.await.map_err(|error| anyhow::anyhow!("creating a source broke off: {error}"))?
}

/// The account's current state: a refused one is checked again, so that someone who has just paid is not turned away.
/// Its own retries are hours apart.
pub async fn served(app: &Arc<SourceContext>, tenant: tenant::Model) -> Result<tenant::Model> {
    if !matches!(TenantStatus::shown(&tenant), TenantStatus::Unpaid | TenantStatus::Blocked) {
        return Ok(tenant);
    }
    mirror::pipelines(app, tenant.tenant_id).await?;
    tenants::load(app.store.read(), tenant.tenant_id).await?.ok_or(Error::NotFound)
}

/// Fails unless the account is active; for the reason that amoCRM gave another call, if it refuses the account.
pub(super) fn active(tenant: &tenant::Model) -> Result<()> {
    match TenantStatus::shown(tenant) {
        TenantStatus::Active => Ok(()),
        TenantStatus::Unpaid => Err(mirror::as_error(TokenError::Unpaid.into())),
        TenantStatus::Blocked => Err(mirror::as_error(TokenError::Blocked.into())),
        status => Err(Error::Conflict {
            problem: "tenant_inactive",
            detail: LocalizedText::new("said-account-is")
                .with("account", tenant.account_id.to_string())
                .with("status", tenants::status_text(status.as_str())),
        }),
    }
}

/// Fails with the field's error if the account has no such pipeline.
pub(super) async fn pipeline_exists(app: &Arc<SourceContext>, tenant_id: Uuid, pipeline_id: i64) -> Result<()> {
    let pipelines = mirror::pipelines(app, tenant_id).await?;
    if pipelines.iter().any(|pipeline| pipeline.id == pipeline_id) {
        return Ok(());
    }
    let known: Vec<_> = pipelines.iter().map(|pipeline| pipeline.id.to_string()).collect();
    Err(Error::field("/pipeline_id", LocalizedText::new("said-pipeline-unknown").with("known", known.join(", "))))
}

/// Fails with 409 if the account's plan has no sources of this kind. Existing ones go on.
fn plan_allows(app: &SourceContext, tenant: &tenant::Model, kind: &str) -> Result<()> {
    if tenants::plan::allows(&app.config, tenant, kind) {
        return Ok(());
    }
    let detail = LocalizedText::new("said-plan-kind")
        .with("plan", tenant.plan.as_deref().unwrap_or_default())
        .with("kind", kind);
    Err(Error::Conflict { problem: "plan_kind", detail })
}

/// Fails with 409 if a source of this kind cannot be beside another service, with 422 for a default source: that one sends.
fn shadow_allowed(app: &SourceContext, wanted: &NewSource) -> Result<()> {
    if wanted.default {
        return Err(Error::field("/default", LocalizedText::new("said-shadow-default")));
    }
    match app.connectors.get(&wanted.kind).map(|connector| connector.shadow()) {
        Some(Shadow::No) => {
            let detail = LocalizedText::new("said-shadow-kind").with("kind", wanted.kind.as_str());
            Err(Error::Conflict { problem: "shadow_kind", detail })
        }
        // An unknown kind is refused with the other fields.
        Some(Shadow::Nothing | Shadow::Questions | Shadow::Both) | None => Ok(()),
    }
}

/// Finds the services from which registering our address takes the line, so that they can be put back.
async fn find_others(app: &SourceContext, plan: &mut CreatePlan) -> Result<()> {
    let Some(connector) = app.connectors.get(&plan.row.kind) else { return Ok(()) };
    let settings = settings::open(app, &plan.row)?;
    let Some(hook) = settings::hook_of(app, &plan.row.kind, plan.row.id, &settings) else { return Ok(()) };
    if connector.shadow() == Shadow::Nothing && !plan.row.is_shadow() {
        // Whoever cannot be named cannot be put back; that is no reason against the source.
        plan.others = connector.receivers(&settings, &hook).await.unwrap_or_default();
        // What belongs to another source here is given back with that source.
        if plan.from.is_some() {
            plan.others.clear();
        }
    }
    Ok(())
}

/// Fails if the messenger says that registering our webhook would take the line's calls away from another service.
async fn leaves_others_alone(app: &SourceContext, plan: &CreatePlan) -> Result<()> {
    let row = &plan.row;
    let Some(connector) = app.connectors.get(&row.kind) else { return Ok(()) };
    let settings = settings::open(app, row)?;
    let Some(hook) = settings::hook_of(app, &row.kind, row.id, &settings) else { return Ok(()) };
    let found = line::watch::may_register(connector.as_ref(), row, &settings, &hook).await;
    found.map_err(line::not_connected)
}

/// Fails if the channel cannot carry messages.
pub(super) async fn channel_connected(app: &SourceContext, tenant_id: Uuid, channel_id: Uuid) -> Result<()> {
    let channel = tenant_channel::Entity::of_tenant(tenant_id)
        .filter(tenant_channel::Column::ChannelId.eq(channel_id))
        .one(app.store.read())
        .await?;
    let (status, words) =
        channel.map_or(("disconnected".into(), String::new()), |channel| (channel.status, channel.detail));
    if status == ChannelStatus::Connected.as_str() {
        return Ok(());
    }
    let detail = if words.is_empty() {
        LocalizedText::new("said-channel-is")
    } else {
        LocalizedText::new("said-channel-is-because").with("reason", LocalizedText::stored(&words))
    };
    let detail = detail.with("channel", channel_id.to_string()).with("status", tenants::status_text(&status));
    Err(Error::Conflict { problem: "channel_not_connected", detail })
}

fn plan(app: &SourceContext, tenant: &tenant::Model, wanted: NewSource) -> Result<CreatePlan> {
    let integration = tenants::integration(&app.tenants, tenant)?;
    let mut wrong = WrongFields::default();
    wrong.name(&wanted.name);
    if let Some(external_id) = &wanted.external_id {
        wrong.external_id(external_id);
    }
    if let Some(pipeline_id) = wanted.pipeline_id {
        wrong.pipeline_id(pipeline_id);
    }
    let services = wanted.services.as_ref().map(|services| wrong.services(services)).unwrap_or_default();
    let mut found = None;
    if let Some(connector) = wrong.kind(app, &wanted.kind) {
        let channel = wrong.channel(&integration, &wanted.kind, wanted.channel_id);
        match setup_of(app, connector.as_ref(), wanted.settings) {
            Ok(setup) => found = channel.map(|channel| (channel, setup)),
            Err(errors) => wrong.0.extend(errors),
        }
    }
    let (Some(((channel_id, channel), setup)), true) = (found, wrong.0.is_empty()) else {
        return Err(Error::Invalid(wrong.0));
    };
    let mut secrets = setup.secrets;
    let webhook_secret = has_own_server(&wanted.kind).then(custom::new_secret);
    if let Some(secret) = &webhook_secret {
        secrets.insert(custom::SECRET.to_owned(), secret.clone());
    }
    let has_webhook = app.connectors.get(&wanted.kind).is_some_and(|connector| connector.has_webhook());
    if has_webhook {
        secrets.insert(HOOK_SECRET.to_owned(), line::new_secret());
    }
    let now = app.clock.millis();
    let id = app.clock.uuid_v7();
    let row = source::Model {
        tenant_id: tenant.tenant_id,
        id,
        external_id: wanted.external_id.unwrap_or_else(|| new_external_id(&wanted.kind)),
        kind: wanted.kind,
        name: wanted.name.trim().to_owned(),
        channel_id,
        amocrm_source_id: 0,
        pipeline_id: wanted.pipeline_id.filter(|_| wanted.shadow).unwrap_or(0),
        is_default: false,
        status: SourceStatus::Checking.as_str().to_owned(),
        status_reason: String::new(),
        paused: false,
        contact_rule: wanted.contact_rule.as_str().to_owned(),
        lead_origin: wanted.lead_origin,
        logo: String::new(),
        services: written(&services)?,
        settings: setup.public.to_string(),
        secrets: settings::seal(app, tenant.tenant_id, id, &secrets)?,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        status_since: now,
        paused_by: String::new(),
        proved_at: None,
        services_sent: written(&services)?,
        facts: "{}".to_owned(),
        shadow_since: wanted.shadow.then_some(now),
        new_chats_per_hour: 0,
    };
    let mirror = rest::NewSource {
        name: row.name.clone(),
        external_id: row.external_id.clone(),
        pipeline_id: wanted.pipeline_id,
        default: Some(wanted.default),
        origin_code: Some(channel.code.clone()),
        services: (!services.is_empty()).then_some(services),
    };
    Ok(CreatePlan { row, mirror, webhook_secret, identity: None, from: None, others: Vec::new() })
}

/// Services in their stored form.
pub(super) fn written(services: &[rest::Service]) -> Result<String> {
    Ok(serde_json::to_string(services).context("services as JSON")?)
}

/// A new external id: the first letters of the kind and eight unambiguous letters and digits. A form that contains
/// one can be sent twice: the second creation is refused with `external_id_taken`.
pub fn new_external_id(kind: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let kind: String = kind.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
    let random: [u8; 8] = rand::random();
    let tail: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    format!("{kind}-{tail}")
}

// What the messenger is asked before a source is created.

/// Asks the messenger for the line's identity: rejected credentials are an error. The line's services besides chats are
/// sent to amoCRM, unless the caller asks for other ones.
async fn find_line(app: &SourceContext, plan: &mut CreatePlan, asks_for_services: bool) -> Result<()> {
    let Some(connector) = app.connectors.get(&plan.row.kind) else { return Ok(()) };
    let settings = settings::open(app, &plan.row)?;
    plan.identity = line::ask(connector.as_ref(), &settings).await?;
    let Some(identity) = &plan.identity else { return Ok(()) };
    plan.row.facts = line::facts_of(&plan.row.kind, identity).to_string();
    plan.from = line::yielding(app, &plan.row, connector.as_ref(), identity).await?;
    if let Some(offered) = connector.service(&settings, identity).filter(|_| !asks_for_services) {
        let services = vec![service(offered)];
        plan.row.services = written(&services)?;
        plan.row.services_sent = plan.row.services.clone();
        plan.mirror.services = Some(services);
    }
    Ok(())
}

/// Checks what the wizard shows before it creates: the rights of the credentials, and whether our webhook can be
/// registered. Not for kinds without one: their receiver may be started later.
async fn check(app: &SourceContext, plan: &CreatePlan) -> Result<()> {
    let connector = app.connectors.get(&plan.row.kind).filter(|connector| connector.has_webhook());
    let Some(connector) = connector else { return Ok(()) };
    let settings = settings::open(app, &plan.row)?;
    let access = connector.check_access(&settings).await;
    access.map_err(|denied| line::refused(connector.as_ref(), denied))?;
    let probe = Probe {
        id: app.clock.uuid_v7(),
        source_id: plan.row.id,
        now: app.clock.now(),
        hook_url: line::hook_url(app, &plan.row.kind, plan.row.id),
        is_new: true,
    };
    let webhook = connector.check_webhook(&settings, &probe).await;
    webhook.map(drop).map_err(line::not_connected)
}

fn service(offered: LineService) -> rest::Service {
    let page = |page: LinePage| rest::ServicePage { id: page.id, name: page.name, link: page.link };
    rest::Service {
        kind: offered.kind.to_owned(),
        params: rest::ServiceParams {
            waba: Some(offered.reviews_templates),
            is_supports_list_message: Some(offered.lists),
        },
        pages: offered.page.into_iter().map(page).collect(),
    }
}

// The creation itself: a reservation, the call to amoCRM, the finished row.

/// Runs to its end even if the caller goes away.
async fn make(app: Arc<SourceContext>, tenant: tenant::Model, plan: CreatePlan, by: By) -> Result<Created> {
    let ours_before = reserve(&app, &tenant, &plan).await?;
    let mirrored = match mirror_it(&app, &plan, ours_before).await {
        Ok(mirrored) => mirrored,
        Err(CreateFailure { error, unknown: false }) => {
            give_back(&app, &plan).await;
            return Err(error);
        }
        Err(CreateFailure { error, unknown: true }) => {
            mirror::mark_leftover(app.store.write(), &plan.row, app.clock.millis()).await?;
            base::supervisor::detach(
                "source_leftover",
                mirror::clean_up_leftovers(app.clone(), tenant.tenant_id, plan.row.external_id.clone()),
            );
            return Err(error);
        }
    };
    let source = settle(&app, &plan, mirrored.as_ref(), &by).await?;
    app.lookup.forget();
    if let (Some(former), Some(identity)) = (&plan.from, &plan.identity) {
        line::lost(&app, former, &identity.name).await?;
    }
    // If the messenger refuses now, the watch retries; meanwhile the source's state shows it.
    let _ = line::connect(&app, &source).await?;
    tracing::info!(tenant.id = %source.tenant_id, source.id = %source.id, connector = source.kind, "a source was created");
    Ok(Created { source, webhook_secret: plan.webhook_secret })
}

/// Reserves a place below the limit and the external id, in one transaction under the tenant's lock. True if an
/// earlier source of ours had this external id.
async fn reserve(app: &SourceContext, tenant: &tenant::Model, plan: &CreatePlan) -> Result<bool> {
    let (tenant_id, row) = (tenant.tenant_id, &plan.row);
    in_transaction(&app.store, async |tx| {
        // Only one creation per account at a time gets past this lock.
        let locked = tenant::Entity::of_tenant(tenant_id).lock_exclusive().one(tx).await?.ok_or(Error::NotFound)?;
        active(&locked)?;
        mirror::mark_abandoned(tx, tenant_id, app.clock.millis()).await?;
        let taken =
            not_deleted(tenant_id).filter(source::Column::ExternalId.eq(row.external_id.as_str())).count(tx).await?;
        if taken > 0 {
            return Err(external_id_taken(&row.external_id));
        }
        let usage = Usage { used: not_deleted(tenant_id).count(tx).await?, limit: limit_of(app, &locked) };
        if usage.is_full() {
            return Err(Error::Conflict {
                problem: "source_limit",
                detail: LocalizedText::new("said-source-limit")
                    .with("account", tenant.account_id.to_string())
                    .with("used", usage.used)
                    .with("limit", usage.limit),
            });
        }
        if let Some(identity) = &plan.identity {
            line::claim(app, tx, row, identity, plan.from.as_ref()).await?;
        }
        let ours_before = mirror::is_leftover(tx, tenant_id, &row.external_id).await?;
        // A shadow is one from the commit that completes it.
        let reserved = source::Model { shadow_since: None, ..row.clone() };
        let inserted = source::Entity::insert(reserved.into_active_model()).exec_without_returning(tx).await;
        match inserted {
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                Err(external_id_taken(&row.external_id))
            }
            other => {
                other?;
                Ok(ours_before)
            }
        }
    })
    .await
}

fn external_id_taken(external_id: &str) -> Error {
    Error::Conflict {
        problem: "external_id_taken",
        detail: LocalizedText::new("said-external_id-taken").with("external_id", external_id),
    }
}

/// amoCRM allows 50 or 100 sources (its pages differ); a refusal with fewer has another cause.
const CRM_LIMIT: usize = 50;

fn crm_limit(there: usize, error: CallError) -> Error {
    let detail =
        LocalizedText::new("said-crm-limit").with("count", there).with("reason", mirror::as_error(error).text());
    Error::Conflict { problem: "crm_limit", detail }
}

/// Why amoCRM did not create the source; `unknown`: it may have.
struct CreateFailure {
    error: Error,
    unknown: bool,
}

impl CreateFailure {
    fn surely(error: CallError) -> Self {
        Self { error: mirror::as_error(error), unknown: false }
    }
}

/// None for a shadow, which amoCRM must not know.
async fn mirror_it(
    app: &Arc<SourceContext>,
    plan: &CreatePlan,
    ours_before: bool,
) -> Result<Option<Mirrored>, CreateFailure> {
    if plan.row.is_shadow() { Ok(None) } else { mirror_at_crm(app, plan, ours_before).await.map(Some) }
}

async fn mirror_at_crm(
    app: &Arc<SourceContext>,
    plan: &CreatePlan,
    ours_before: bool,
) -> Result<Mirrored, CreateFailure> {
    let tenant_id = plan.row.tenant_id;
    let external_id = plan.row.external_id.as_str();
    let error = match mirror::create(app, tenant_id, &plan.mirror).await {
        Ok(made) => return Ok(made),
        Err(error) => error,
    };
    match &error {
        // It may exist: check.
        CallError::Crm(crm) if crm.outcome_unknown() => match mirror::find(app, tenant_id, external_id).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) | Err(_) => Err(CreateFailure { error: mirror::as_error(error), unknown: true }),
        },
        // Perhaps because it exists.
        CallError::Crm(crm) if matches!(crm.status(), Some(400 | 409 | 422)) => {
            let all = mirror::all(app, tenant_id).await.unwrap_or_default();
            match all.iter().find(|source| source.external_id.as_deref() == Some(external_id)) {
                Some(found) if ours_before => adopt(app, plan, found.id).await,
                Some(_) => Err(CreateFailure { error: external_id_taken(external_id), unknown: false }),
                None if all.len() >= CRM_LIMIT => {
                    Err(CreateFailure { error: crm_limit(all.len(), error), unknown: false })
                }
                None => Err(CreateFailure::surely(error)),
            }
        }
        _ => Err(CreateFailure::surely(error)),
    }
}

/// Turns what an earlier creation left at amoCRM into the requested source.
async fn adopt(app: &Arc<SourceContext>, plan: &CreatePlan, amocrm_source_id: i64) -> Result<Mirrored, CreateFailure> {
    let change = rest::SourceChange {
        name: Some(plan.mirror.name.clone()),
        pipeline_id: plan.mirror.pipeline_id,
        default: plan.mirror.default,
        origin_code: plan.mirror.origin_code.clone(),
        services: Some(plan.mirror.services.clone().unwrap_or_default()),
    };
    mirror::update(app, plan.row.tenant_id, amocrm_source_id, &change).await.map_err(CreateFailure::surely)
}

/// Removes a reservation. If that fails too, the row counts as abandoned after two minutes.
async fn give_back(app: &SourceContext, plan: &CreatePlan) {
    let row = &plan.row;
    line::give_back(app, row, plan.from.as_ref()).await;
    let gone =
        source::Entity::delete_of(row.tenant_id).filter(source::Column::Id.eq(row.id)).exec(app.store.write()).await;
    if let Err(error) = gone {
        tracing::warn!(tenant.id = %row.tenant_id, %error, "a reserved source could not be removed; it blocks its external_id for two minutes");
    }
}

/// Completes the row with amoCRM's values, so that hooks find it.
async fn settle(app: &SourceContext, plan: &CreatePlan, mirrored: Option<&Mirrored>, by: &By) -> Result<source::Model> {
    let (row, now) = (&plan.row, app.clock.millis());
    let facts = if plan.others.is_empty() { row.facts.clone() } else { takeover::facts_with(row, Some(0)) };
    let source = source::Model {
        facts,
        amocrm_source_id: mirrored.map_or(0, |mirrored| mirrored.id),
        pipeline_id: mirrored.map_or(row.pipeline_id, |mirrored| mirrored.pipeline_id.unwrap_or(0)),
        is_default: mirrored.is_some_and(|mirrored| mirrored.default),
        status: SourceStatus::Working.as_str().to_owned(),
        status_since: now,
        updated_at: now,
        ..row.clone()
    };
    in_transaction(&app.store, async |tx| {
        if source.is_default {
            clear_default(tx, source.tenant_id).await?;
        }
        source::Entity::update(source.clone().into_active_model().reset_all()).exec(tx).await?;
        let (tenant_id, id) = (source.tenant_id, source.id.to_string());
        let entry = directory::DirectoryEntry { tenant_id, id: source.id, note: String::new(), expires_at: None };
        directory::set(tx, IdKind::Source, &id, entry).await?;
        line::keep(tx, &source).await?;
        line::join(app, tx, &source, None).await?;
        line::watch::begin(app, tx, &source).await?;
        if !plan.others.is_empty() {
            let taken = Takeover::by_creation(now, by.actor.name().to_owned(), &plan.others);
            takeover::begin(app, tx, &source, &taken, &plan.others).await?;
        }
        let detail = json!({ "name": source.name, "kind": source.kind, "external_id": source.external_id, "default": source.is_default, "shadow": source.is_shadow() });
        by.did(app, tx, "source.created", (tenant_id, &id), detail).await?;
        report_event(app, tx, VendorEventKind::SourceCreated, &source, None).await
    }).await?;
    Ok(source)
}

/// An account has at most one default source, as at amoCRM. The source that loses the mark gets a new version. Under
/// the account's lock: of two transactions at once neither would see the mark that the other has just given.
pub(super) async fn clear_default(tx: &DatabaseTransaction, tenant_id: Uuid) -> Result<(), DbErr> {
    tenant::Entity::of_tenant(tenant_id).lock_exclusive().one(tx).await?;
    source::Entity::update_of(tenant_id)
        .col_expr(source::Column::IsDefault, Expr::value(false))
        .col_expr(source::Column::UpdatedAt, Expr::col(source::Column::UpdatedAt).add(1))
        .filter(source::Column::IsDefault.eq(true))
        .exec(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_external_ids_fit_amocrm_and_differ() {
        let mut wrong = WrongFields::default();
        let ids: std::collections::BTreeSet<String> = (0..200).map(|_| new_external_id("webchat")).collect();
        assert_eq!(ids.len(), 200);
        for id in &ids {
            wrong.external_id(id);
            assert!(id.starts_with("web-") && id.len() == 12, "{id}");
        }
        assert!(wrong.0.is_empty());
    }
}
