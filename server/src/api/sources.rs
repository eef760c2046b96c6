//! Sources of an account, mirrored to amoCRM.

use actix_web::http::header::{ETAG, IF_MATCH};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, NumericId, Query};
use domain::api_key::Scope;
use domain::cursor::ListOut;
use domain::delivery::dead_letters;
use domain::delivery::read::HoldReasons;
use domain::source::{ContactRule, NewSource, SourceChange, SourceState, TestStep};
use domain::usage::UsageContext;
use entity::source;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::{Call, NoParameters, PageQuery};

/// Creates a source.
///
/// The source is created in Parom and in amoCRM, and both sides are checked: a 201 response means that it works.
#[utoipa::path(tag = "sources", params(("tenant_id", description = "The account")), request_body = SourceIn, responses(
    (status = 201, description = "Created", body = SourceOut),
    (status = 404, description = "No such account"),
    (status = 409, description = "The limit of sources is reached, the external_id is taken, the account is not active, amoCRM rejected the request, or the line cannot have a shadow"),
    (status = 422, description = "Validation failed"),
    (status = 503, description = "amoCRM cannot be reached; nothing was created"),
))]
#[post("/v1/tenants/{tenant_id}/sources")]
pub async fn create_source(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let tenant = call.tenant(*tenant_id).await?;
    let input = call.read::<SourceIn>().await?;
    call.once(async {
        let by = call.by().await?;
        let created = domain::source::create(&call.app.sources, tenant.tenant_id, input.into(), &by).await?;
        let shown = shown(&call.app, &created.source, created.webhook_secret.as_ref()).await?;
        Ok(HttpResponse::Created().insert_header(etag(&created.source)).json(shown))
    })
    .await
}

/// Lists an account's sources.
///
/// Newest first. Deleted sources are omitted.
#[utoipa::path(tag = "sources", params(("tenant_id", description = "The account"), PageQuery), responses(
    (status = 200, description = "A page of sources", body = ListOut<SourceOut>),
    (status = 404, description = "No such account"),
    (status = 422, description = "Invalid limit or cursor"),
))]
#[get("/v1/tenants/{tenant_id}/sources")]
pub async fn list_sources(call: Call, tenant_id: web::Path<Uuid>, query: Query<PageQuery>) -> Result<HttpResponse> {
    let tenant = call.tenant(*tenant_id).await?;
    let filters = ["sources", &tenant.tenant_id.to_string()];
    let page = query.page(&filters)?;
    let mut select = domain::source::live(tenant.tenant_id);
    if let Some(after) = page.after {
        select = select.filter(source::Column::Id.lt(after));
    }
    let rows = select.order_by_desc(source::Column::Id).limit(page.rows()).all(call.app.store.read()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let states = domain::source::states(&call.app.sources, tenant.tenant_id, &rows).await?;
    let mut items = Vec::with_capacity(rows.len());
    for (row, state) in rows.iter().zip(&states) {
        items.push(shown_as(&call.app, row, state, None).await?);
    }
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Retrieves a source.
///
/// `status` is computed at the time of the request; only the last four characters of credentials are shown. Send
/// the `ETag` as `If-Match` with PATCH.
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 200, description = "The source", body = SourceOut),
    (status = 404, description = "Unknown, or outside the key's account"),
))]
#[get("/v1/sources/{source_id}")]
pub async fn get_source(call: Call, source_id: web::Path<Uuid>, _: Query<NoParameters>) -> Result<HttpResponse> {
    let source = call.current_source(*source_id).await?;
    Ok(HttpResponse::Ok().insert_header(etag(&source)).json(shown(&call.app, &source, None).await?))
}

/// Updates, pauses or resumes a source.
///
/// The change is made in Parom and in amoCRM; omitted fields keep their values. With `If-Match`, the request is
/// rejected (412) if the source has changed since.
#[utoipa::path(tag = "sources", params(
    ("source_id", description = "The source"),
    ("If-Match" = Option<String>, Header, description = "The `ETag` or `version` you last read: the request is rejected if the source has changed since"),
), request_body = SourcePatchIn, responses(
    (status = 200, description = "The updated source", body = SourceOut),
    (status = 404, description = "No such source"),
    (status = 409, description = "The account is not active, or amoCRM rejected the request"),
    (status = 412, description = "The source has changed since; the problem says who changed it, what and when"),
    (status = 422, description = "Validation failed"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed"),
))]
#[patch("/v1/sources/{source_id}")]
pub async fn update_source(mut call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.current_source(*source_id).await?;
    let expected = expected(&call.request)?;
    let change = call.read::<SourcePatchIn>().await?;
    call.once(async {
        let by = call.by().await?;
        let change =
            domain::source::change(&call.app.sources, source.tenant_id, source.id, change.into(), expected, &by);
        let source = change.await?;
        Ok(HttpResponse::Ok().insert_header(etag(&source)).json(shown(&call.app, &source, None).await?))
    })
    .await
}

/// Deletes a source.
///
/// It is deleted here and in amoCRM. Conversations and messages are kept; messages that managers send to it later fail
/// (902).
#[utoipa::path(tag = "sources", params(("source_id", description = "The source")), responses(
    (status = 204, description = "Deleted"),
    (status = 404, description = "No such source"),
    (status = 503, description = "amoCRM cannot be reached; nothing was changed"),
))]
#[delete("/v1/sources/{source_id}")]
pub async fn delete_source(call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    call.once(async {
        let source = call.current_source(*source_id).await?;
        let by = call.by().await?;
        domain::source::delete(&call.app.sources, source.tenant_id, source.id, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

/// A source as GET shows it.
pub async fn shown(
    app: &UsageContext,
    source: &source::Model,
    webhook_secret: Option<&SecretString>,
) -> Result<SourceOut> {
    let state = domain::source::state(&app.sources, source).await?;
    shown_as(app, source, &state, webhook_secret).await
}

/// Like [`shown`], with a state that is already known.
pub async fn shown_as(
    app: &UsageContext,
    source: &source::Model,
    state: &SourceState,
    webhook_secret: Option<&SecretString>,
) -> Result<SourceOut> {
    let held = if source.paused || HoldReasons::of(app.store.read(), source).await?.to_messenger.is_some() {
        let (count, oldest_at) = dead_letters::held(&app.delivery, source).await?;
        HeldOut { count, oldest_at: oldest_at.map(Moment) }
    } else {
        HeldOut::default()
    };
    let settings = domain::source::masked(app, source)?;
    let to_enter = domain::source::line::webhook_to_enter(&app.sources, source)?;
    let callback_url = to_enter.and_then(|entered| entered.address().map(str::to_owned));
    Ok(SourceOut { callback_url, ..SourceOut::of(source, state, settings, held, webhook_secret) })
}

fn etag(source: &source::Model) -> (actix_web::http::header::HeaderName, String) {
    (ETAG, format!("\"{}\"", domain::source::version(source)))
}

/// The version from `If-Match`, quoted or not; None (any version) for `*` or a missing header.
pub(super) fn expected(request: &HttpRequest) -> Result<Option<i64>> {
    let Some(header) = request.headers().get(IF_MATCH) else { return Ok(None) };
    let text = header.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.trim_start_matches("W/").trim_matches('"').parse();
    number.map(Some).map_err(|_| Error::field("/If-Match", LocalizedText::new("said-if-match")))
}

/// A new source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceIn {
    /// The messenger: `custom`, `telegram`, `whatsapp`, `max`, `vk`, `avito`, `instagram`, `facebook` or `webchat`.
    #[schema(example = "custom")]
    pub kind: String,
    #[schema(example = "Support", min_length = 1, max_length = 255)]
    pub name: String,
    /// The source's id at amoCRM: at most 36 printable ASCII characters. Generated when absent.
    #[schema(example = "support", max_length = 36)]
    pub external_id: Option<String>,
    /// The pipeline for its leads. If null or omitted, amoCRM chooses one, which is then read back.
    #[schema(value_type = Option<String>, example = "20453")]
    pub pipeline_id: Option<NumericId>,
    /// Whether it receives messages that name no source.
    pub default: Option<bool>,
    /// The Chats API channel. Defaults to the only channel for this kind.
    pub channel_id: Option<Uuid>,
    pub contact_rule: Option<ContactRule>,
    /// Whether campaign parameters and payloads of links are written into the leads of new customers. Defaults to true.
    pub lead_origin: Option<bool>,
    /// As in amoCRM's Sources API: `[{"type":"whatsapp","params":{"waba":true},"pages":[{"id","name","link"}]}]`. The
    /// value is copied to amoCRM. With `waba`, amoCRM requests reviews of templates for this source; a `custom`
    /// messenger gets the webhook `template.review`. Left out, a number of official WhatsApp gets its own: templates
    /// with review, lists, and the number for a button on a site.
    pub services: Option<Value>,
    /// Depends on the kind, e.g. `{"webhook_url":"https://messenger.example/parom"}` for `custom`. Of every kind:
    /// `working_hours`, outside of which customers get an automatic answer.
    #[schema(value_type = Option<Object>)]
    pub settings: Option<Map<String, Value>>,
    /// `true`: it receives beside another service that has the line, and sends nothing to amoCRM or customers. Possible
    /// where the messenger delivers to several receivers: VK, Avito, MAX, WhatsApp.
    pub shadow: Option<bool>,
}

/// Changes to a source; omitted fields keep their values.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcePatchIn {
    #[schema(min_length = 1, max_length = 255)]
    pub name: Option<String>,
    #[schema(value_type = Option<String>, example = "20453")]
    pub pipeline_id: Option<NumericId>,
    pub default: Option<bool>,
    pub channel_id: Option<Uuid>,
    pub contact_rule: Option<ContactRule>,
    pub lead_origin: Option<bool>,
    /// How many chats that customers begin are passed on within an hour, up to 100,000; 0: all. Further ones are held until a person
    /// releases or blocks them in the panel, and an alert says so.
    #[schema(minimum = 0, maximum = 100_000)]
    pub new_chats_per_hour: Option<i32>,
    pub services: Option<Value>,
    /// Replaces all settings of the kind; omitted credentials keep their values.
    #[schema(value_type = Option<Object>)]
    pub settings: Option<Map<String, Value>>,
    /// `true` pauses the source: it receives everything and sends nothing. `false` resumes it and sends the messages
    /// that were held.
    pub paused: Option<bool>,
    /// When resuming: managers' held messages older than this are not sent but fail (−1/902).
    #[schema(value_type = Option<String>, format = DateTime)]
    pub drop_before: Option<Moment>,
}

impl From<SourceIn> for NewSource {
    fn from(input: SourceIn) -> Self {
        Self {
            kind: input.kind,
            name: input.name,
            external_id: input.external_id,
            pipeline_id: input.pipeline_id.map(|id| id.0),
            default: input.default.unwrap_or(false),
            channel_id: input.channel_id,
            contact_rule: input.contact_rule.unwrap_or_default(),
            lead_origin: input.lead_origin.unwrap_or(true),
            services: input.services,
            settings: Value::Object(input.settings.unwrap_or_default()),
            is_checked: false,
            shadow: input.shadow.unwrap_or(false),
        }
    }
}

impl From<SourcePatchIn> for SourceChange {
    fn from(input: SourcePatchIn) -> Self {
        Self {
            name: input.name,
            pipeline_id: input.pipeline_id.map(|id| id.0),
            default: input.default,
            settings: input.settings.map(Value::Object),
            paused: input.paused,
            drop_before: input.drop_before.map(|at| at.0),
            contact_rule: input.contact_rule,
            lead_origin: input.lead_origin,
            new_chats_per_hour: input.new_chats_per_hour,
            services: input.services,
            channel_id: input.channel_id,
        }
    }
}

/// A source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceOut {
    pub id: Uuid,
    pub tenant_id: Uuid,
    #[schema(example = "custom")]
    pub kind: String,
    pub name: String,
    #[schema(example = "support")]
    pub external_id: String,
    #[schema(example = "3108069")]
    pub amocrm_source_id: String,
    #[schema(example = "20453")]
    pub pipeline_id: String,
    pub default: bool,
    pub channel_id: Uuid,
    /// `leave`, `link` or `create`.
    pub contact_rule: String,
    /// Whether campaign parameters and payloads of links are written into the leads of new customers.
    pub lead_origin: bool,
    /// As in amoCRM's Sources API.
    pub services: Value,
    /// Depends on the kind; of credentials only the last four characters are shown (`…1234`).
    #[schema(value_type = Object)]
    pub settings: Value,
    /// `working`, `checking`, `needs_attention`, `stopped`, `paused`, `unpaid`, `blocked` or `crm_unreachable`.
    #[schema(example = "working")]
    pub status: String,
    /// The reason behind `status`, as a code such as `deleted_in_crm`; null if there is none.
    #[schema(required)]
    pub status_reason: Option<String>,
    /// The remote API's own error text; null if there is none. For `test_failed` after the step of the test, as in
    /// `webhook: no connection to your server`.
    #[schema(required)]
    pub status_detail: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub status_since: Moment,
    /// The recommended action: `test`, `reconnect`, `resume`, `restore`, `take_back`, `choose_pipeline`,
    /// `allow_access`, `connect_account`, `pay`, `support`; null if you can only wait, or nothing is to be done.
    #[schema(required)]
    pub status_action: Option<&'static str>,
    /// When a message or a test last succeeded (to the minute); null if never.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub proved_at: Option<Moment>,
    /// While paused, the source receives everything and sends nothing.
    pub paused: bool,
    /// Since when it only receives, beside another service; null if it is no shadow.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub shadow_since: Option<Moment>,
    /// How many chats that customers begin are passed on within an hour; 0: all.
    pub new_chats_per_hour: i32,
    pub held: HeldOut,
    /// Signs the webhooks of this source. Returned only when the source is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, example = "whsec_…")]
    pub webhook_secret: Option<String>,
    /// The address to enter at the messenger by hand; absent if the messenger gets it by a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// Changes whenever a field that PATCH can set changes; use it as `If-Match`. Same value as the `ETag`.
    #[schema(example = "1795165200000")]
    pub version: String,
}

/// Messages that wait until the source is resumed or repaired: those in both directions if a person has paused it, else those
/// to the messenger.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct HeldOut {
    pub count: u64,
    /// Null if no message is waiting.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub oldest_at: Option<Moment>,
}

impl SourceOut {
    /// The API's form of a source row; `settings` must already be masked.
    pub fn of(
        row: &source::Model,
        state: &SourceState,
        settings: Value,
        held: HeldOut,
        webhook_secret: Option<&SecretString>,
    ) -> Self {
        let said = match state.step.as_str() {
            "" => state.detail.clone(),
            step => format!("{step}: {}", state.detail),
        };
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            kind: row.kind.clone(),
            name: row.name.clone(),
            external_id: row.external_id.clone(),
            amocrm_source_id: row.amocrm_source_id.to_string(),
            pipeline_id: row.pipeline_id.to_string(),
            default: row.is_default,
            channel_id: row.channel_id,
            contact_rule: row.contact_rule.clone(),
            lead_origin: row.lead_origin,
            services: serde_json::from_str(&row.services).unwrap_or(Value::Null),
            settings,
            status: state.status.as_str().to_owned(),
            status_reason: state.reason.map(|reason| reason.as_str().to_owned()),
            status_detail: (!said.is_empty()).then_some(said),
            status_since: Moment(state.since),
            status_action: state.action.map(|action| action.as_str()),
            proved_at: state.proved_at.map(Moment),
            paused: row.paused,
            shadow_since: row.shadow_since.map(Moment),
            new_chats_per_hour: row.new_chats_per_hour,
            held,
            webhook_secret: webhook_secret.map(|secret| secret.expose_secret().to_owned()),
            callback_url: None,
            created_at: Moment(row.created_at),
            version: domain::source::version(row).to_string(),
        }
    }
}

/// One step of a test.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepOut {
    /// `credentials`, `webhook`, `chat`, `message`, `status`.
    pub name: &'static str,
    pub ok: bool,
    /// What was observed or what failed; may be empty.
    pub detail: String,
    pub ms: u64,
}

impl StepOut {
    /// `say`: the language of the reader.
    pub fn of(step: TestStep, say: impl FnOnce(LocalizedText) -> String) -> Self {
        Self { name: step.name, ok: step.ok, detail: step.detail.map(say).unwrap_or_default(), ms: step.ms }
    }
}

#[cfg(test)]
mod tests {
    use base::error::Error;
    use base::json::parse;
    use serde_json::json;

    use super::*;

    fn pointer(body: &Value) -> Option<String> {
        let wrong = parse::<SourceIn>(body.to_string().as_bytes()).err()?;
        let Error::Invalid(errors) = wrong else { panic!("{wrong:?}") };
        Some(errors[0].pointer.clone())
    }

    #[test]
    fn wrong_fields_are_named() {
        for (body, at) in [
            (json!({"name": "S"}), "/kind"),
            (json!({"kind": "custom"}), "/name"),
            (json!({"kind": "custom", "name": "S", "pipeline_id": "abc"}), "/pipeline_id"),
            (json!({"kind": "custom", "name": "S", "pipeline_id": 1.5}), "/pipeline_id"),
            (json!({"kind": "custom", "name": "S", "contact_rule": "marry"}), "/contact_rule"),
            (json!({"kind": "custom", "name": "S", "channel_id": "x"}), "/channel_id"),
            (json!({"kind": "custom", "name": "S", "paused": true}), "/paused"),
            (json!({"kind": "custom", "name": "S", "settings": ["https://a.example"]}), "/settings"),
        ] {
            assert_eq!(pointer(&body).as_deref(), Some(at), "{body}");
        }
    }

    #[test]
    fn null_in_a_patch_changes_nothing() {
        let change = |body: Value| SourceChange::from(parse::<SourcePatchIn>(body.to_string().as_bytes()).unwrap());
        let none =
            change(json!({"name": null, "pipeline_id": null, "settings": null, "paused": null, "drop_before": null}));
        assert!(none.name.is_none() && none.pipeline_id.is_none() && none.settings.is_none());
        let some = change(json!({"pipeline_id": "5", "paused": false, "drop_before": "2026-11-20T09:30:00.123Z"}));
        assert_eq!((some.pipeline_id, some.paused, some.drop_before), (Some(5), Some(false), Some(1_795_167_000_123)));
    }
}
