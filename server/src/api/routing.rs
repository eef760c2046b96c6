//! An account's routes: the rules for new enquiries, their versions, and what they would do.

use std::collections::BTreeMap;

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, get, post, put, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, Query};
use domain::api_key::Scope;
use domain::route::trial::{self, Imagined, Replay, Trial};
use domain::route::versions::{self, NewVersion};
use domain::route::{RuleSet, decision};
use domain::usage::UsageContext;
use entity::route_version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::{Call, NoParameters};
use super::sources::expected;

/// How long matches are counted.
const COUNTED_DAYS: i64 = 30;

/// Retrieves the routes.
///
/// The rules for new enquiries that are in force, the draft if there is one, and how many enquiries each rule got in the last
/// 30 days. Send the `ETag` as `If-Match` with PUT.
#[utoipa::path(tag = "routes", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "The routes", body = RoutesOut),
    (status = 404, description = "Unknown, or outside the key's account"),
))]
#[get("/v1/tenants/{tenant_id}/routes")]
pub async fn get_routes(call: Call, tenant_id: web::Path<Uuid>, _: Query<NoParameters>) -> Result<HttpResponse> {
    let tenant = call.tenant(*tenant_id).await?;
    shown(&call.app, tenant.tenant_id).await
}

/// Replaces the routes.
///
/// Saves a new version, in force from the next enquiry on, or as a draft, which decides nothing. With `If-Match`, the request
/// is rejected (412) if somebody saved another version since.
#[utoipa::path(tag = "routes", params(
    ("tenant_id", description = "Parom's id of the account"),
    ("If-Match" = Option<String>, Header, description = "The `ETag` you last read"),
), request_body = RoutesIn, responses(
    (status = 200, description = "The routes", body = RoutesOut),
    (status = 404, description = "Unknown, or outside the key's account"),
    (status = 412, description = "Somebody saved another version since; the problem says who and when"),
    (status = 422, description = "A rule makes no sense; every mistake is named"),
))]
#[put("/v1/tenants/{tenant_id}/routes")]
pub async fn replace_routes(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let tenant_id = call.tenant(*tenant_id).await?.tenant_id;
    let seen = seen(&call)?;
    let RoutesIn { routes, draft } = call.read().await?;
    call.once(async {
        let new = NewVersion { rules: routes, is_draft: draft, seen, restored: None };
        versions::save(&call.app, tenant_id, new, &call.by().await?).await.map_err(|error| below("/routes", error))?;
        shown(&call.app, tenant_id).await
    })
    .await
}

/// Lists the versions of the routes.
///
/// The latest 100, the newest first, each with who saved it. The newest that is no draft is in force.
#[utoipa::path(tag = "routes", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "The versions", body = RouteVersionsOut),
    (status = 404, description = "Unknown, or outside the key's account"),
))]
#[get("/v1/tenants/{tenant_id}/routes/versions")]
pub async fn list_route_versions(
    call: Call,
    tenant_id: web::Path<Uuid>,
    _: Query<NoParameters>,
) -> Result<HttpResponse> {
    let tenant = call.tenant(*tenant_id).await?;
    let rows = versions::list(call.app.store.read(), tenant.tenant_id).await?;
    Ok(HttpResponse::Ok().json(RouteVersionsOut::of(&rows)))
}

/// Restores a version of the routes.
///
/// Saves a new version with its rules, which is in force from the next enquiry on. This undoes later changes, or switches a
/// draft on.
#[utoipa::path(tag = "routes", params(
    ("tenant_id", description = "Parom's id of the account"),
    ("number" = i32, Path, minimum = 1, maximum = 2147483647, description = "The number of the version"),
    ("If-Match" = Option<String>, Header, description = "The `ETag` you last read"),
), responses(
    (status = 200, description = "The routes", body = RoutesOut),
    (status = 404, description = "No such version, or outside the key's account"),
    (status = 412, description = "Somebody saved another version since; the problem says who and when"),
))]
#[post("/v1/tenants/{tenant_id}/routes/versions/{number}/restore")]
pub async fn restore_route_version(call: Call, path: web::Path<(Uuid, i32)>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let (tenant_id, number) = path.into_inner();
    let tenant_id = call.tenant(tenant_id).await?.tenant_id;
    let seen = seen(&call)?;
    call.once(async {
        versions::restore(&call.app, tenant_id, number, seen, &call.by().await?).await?;
        shown(&call.app, tenant_id).await
    })
    .await
}

/// Tries the routes with one message.
///
/// Says which rule would decide about a past or a made-up message, why the others do not, and what amoCRM would be asked.
/// Nothing is written.
#[utoipa::path(tag = "routes", params(
    ("tenant_id", description = "Parom's id of the account"),
), request_body = RoutesTryIn, responses(
    (status = 200, description = "What would happen", body = Trial),
    (status = 404, description = "No such message, or outside the key's account"),
    (status = 422, description = "Neither or both of `message` and `message_id`, or a rule makes no sense"),
))]
#[post("/v1/tenants/{tenant_id}/routes/try")]
pub async fn try_routes(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    let tenant = call.tenant(*tenant_id).await?;
    let RoutesTryIn { routes, message, message_id } = call.read().await?;
    let rules = chosen(&call.app, tenant.tenant_id, routes).await?;
    let told = match (message, message_id) {
        (Some(message), None) => {
            let told = trial::imagined(&call.app.intake, &tenant, &rules, message).await;
            told.map_err(|error| below("/message", error))?
        }
        (None, Some(id)) => trial::past(&call.app.intake, &tenant, &rules, id).await?,
        _ => return Err(Error::field("/message", LocalizedText::new("said-route-message"))),
    };
    Ok(HttpResponse::Ok().json(told))
}

/// Replays the last messages.
///
/// Says what the routes would have done with the enquiries of the last 1,000 messages of customers, beside what was done.
/// Nothing is written.
#[utoipa::path(tag = "routes", params(
    ("tenant_id", description = "Parom's id of the account"),
), request_body = RoutesReplayIn, responses(
    (status = 200, description = "What would have happened", body = Replay),
    (status = 404, description = "Unknown, or outside the key's account"),
    (status = 422, description = "A rule makes no sense; every mistake is named"),
))]
#[post("/v1/tenants/{tenant_id}/routes/replay")]
pub async fn replay_routes(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    let tenant = call.tenant(*tenant_id).await?;
    let RoutesReplayIn { routes } = call.read().await?;
    let rules = chosen(&call.app, tenant.tenant_id, routes).await?;
    Ok(HttpResponse::Ok().json(trial::replay(&call.app.intake, &tenant, &rules).await?))
}

/// The given rules, else the draft, else those in force.
async fn chosen(app: &UsageContext, tenant_id: Uuid, given: Option<RuleSet>) -> Result<RuleSet> {
    if let Some(rules) = given {
        return rules.checked().map_err(|wrong| below("/routes", Error::Invalid(wrong)));
    }
    let row = versions::latest(app.store.read(), tenant_id).await?;
    Ok(row.as_ref().and_then(versions::rules_of).unwrap_or_default())
}

/// The error of a part of the body.
fn below(parent: &str, error: Error) -> Error {
    match error {
        Error::Invalid(wrong) => Error::Invalid(wrong.into_iter().map(|one| one.below(parent)).collect()),
        other => other,
    }
}

/// The version of `If-Match`.
fn seen(call: &Call) -> Result<Option<i32>> {
    Ok(expected(&call.request)?.and_then(|version| i32::try_from(version).ok()))
}

async fn shown(app: &UsageContext, tenant_id: Uuid) -> Result<HttpResponse> {
    let db = app.store.read();
    let (in_force, draft) = (versions::in_force(db, tenant_id).await?, versions::draft(db, tenant_id).await?);
    let since = app.clock.millis() - COUNTED_DAYS * base::millis::DAY;
    let matches = decision::matches(db, tenant_id, since).await?;
    let numbers = [&in_force, &draft].into_iter().flatten().map(|row| row.number);
    let newest = numbers.max().unwrap_or_default();
    let routes = in_force.as_ref().and_then(versions::rules_of).unwrap_or_default();
    let out = RoutesOut {
        version: in_force.map(|row| row.number),
        routes,
        draft: draft.and_then(|row| Some(DraftOut { version: row.number, routes: versions::rules_of(&row)? })),
        matches,
    };
    Ok(HttpResponse::Ok().insert_header((ETAG, format!("\"{newest}\""))).json(out))
}

/// Rules to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutesIn {
    pub routes: RuleSet,
    /// Saved as a draft.
    #[serde(default)]
    pub draft: bool,
}

/// The routes of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoutesOut {
    /// The version in force; null if there never was one.
    #[schema(required)]
    pub version: Option<i32>,
    pub routes: RuleSet,
    #[schema(required)]
    pub draft: Option<DraftOut>,
    /// Enquiries of the last 30 days by the rule's id; an empty id: no rule matched.
    pub matches: BTreeMap<String, i64>,
}

/// Rules that decide nothing yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftOut {
    pub version: i32,
    pub routes: RuleSet,
}

/// The versions of the routes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteVersionsOut {
    pub items: Vec<RouteVersionOut>,
}

/// A version of the routes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteVersionOut {
    pub version: i32,
    pub is_draft: bool,
    /// Who saved it; empty: the command line.
    pub author: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// Its rules; null if a later release wrote them.
    #[schema(required)]
    pub routes: Option<RuleSet>,
}

impl RouteVersionsOut {
    pub fn of(rows: &[route_version::Model]) -> Self {
        let shown = |row: &route_version::Model| RouteVersionOut {
            version: row.number,
            is_draft: row.is_draft,
            author: row.author.clone(),
            created_at: Moment(row.created_at),
            routes: versions::rules_of(row),
        };
        Self { items: rows.iter().map(shown).collect() }
    }
}

/// A message to try: a past one by its id, or a made-up one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutesTryIn {
    /// The routes to try; by default the draft, else those in force. `rules` is read too.
    #[serde(alias = "rules")]
    pub routes: Option<RuleSet>,
    pub message: Option<Imagined>,
    pub message_id: Option<Uuid>,
}

/// Routes to replay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutesReplayIn {
    /// By default the draft, else those in force. `rules` is read too.
    #[serde(alias = "rules")]
    pub routes: Option<RuleSet>,
}
