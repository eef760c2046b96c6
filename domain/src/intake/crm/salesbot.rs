//! `POST /crm/salesbot`: a Salesbot reached a step of the widget (docs/salesbot.md).
//!
//! amoCRM gives two seconds and does not ask again, so the step is stored and answered; a job does it, see `salesbot`. The
//! token says whose bot it is and which card it works on. Of the address only the numbers are used: the bot is continued at
//! the account's own host. The same stop of a bot is one job, however often its request comes.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use amocrm::disposable_token::{BotEntity, verify_bot};
use amocrm::hooks::salesbot::{BODY_LIMIT, parse};
use amocrm::rest::BotPlace;
use entity::job;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::intake::IntakeContext;
use crate::intake::door::{self, later};
use crate::job::{NewJob, schedule_new};
use crate::tenant::{self, TenantStatus, install};

/// The kind of job that does a step.
pub const KIND: &str = "salesbot";

/// A step of a bot, as its job remembers it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BotStop {
    pub place: BotPlace,
    pub lead: Option<i64>,
    pub customer: Option<i64>,
    /// The step's settings.
    pub data: Value,
}

/// The route's handler: 200 for what is stored, 400 for what is no request of a bot, 401 for a token that is not genuine,
/// 409 for an account that is not connected.
pub async fn hook(app: web::Data<IntakeContext>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    door::measure(KIND, async {
        match answer(&app, &request, payload).await {
            Ok(answer) | Err(answer) => answer,
        }
    })
    .await
}

/// The error is a refusal.
async fn answer(
    app: &Arc<IntakeContext>,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    let body = door::read(request, payload, BODY_LIMIT).await?;
    let asked = parse(&body).ok_or_else(|| HttpResponse::BadRequest().body("this is no step of a bot"))?;
    let token = verify_bot(&asked.token, app.clock.now(), |client_id| tenant::token_rules(app, client_id));
    let token = token.map_err(|why| {
        tracing::info!(%why, "a Salesbot's token was rejected");
        HttpResponse::Unauthorized().body("the token is not genuine")
    })?;
    let integration = app.integrations.by_client_id(&token.client_uuid);
    let integration = integration.ok_or_else(|| HttpResponse::Unauthorized().finish())?;
    let tenant_id = install::find(&app.tenants, &integration.name, token.account_id).await.map_err(not_stored)?;
    let tenant = match tenant_id {
        Some(tenant_id) => tenant::load(app.store.read(), tenant_id).await.map_err(not_stored)?,
        None => None,
    };
    let is_served = |tenant: &entity::tenant::Model| {
        !matches!(TenantStatus::shown(tenant), TenantStatus::Uninstalled | TenantStatus::Provisioning)
    };
    let tenant =
        tenant.filter(is_served).ok_or_else(|| HttpResponse::Conflict().body("the account is not connected"))?;
    if asked.host != tenant.host && asked.host != token.host.as_str() {
        tracing::warn!(tenant.id = %tenant.tenant_id, remote.host = asked.host, "a Salesbot's step names an address outside of its account; it is refused");
        return Err(HttpResponse::BadRequest().body("return_url is not the account's"));
    }
    let (lead, customer) = match token.entity {
        BotEntity::Lead(id) => (Some(id), None),
        BotEntity::Customer(id) => (None, Some(id)),
    };
    let stop = BotStop { place: asked.place, lead, customer, data: asked.data };
    let now = app.clock.millis();
    let payload = serde_json::to_value(&stop).map_err(|_| HttpResponse::BadRequest().finish())?;
    let job = NewJob { payload, ..NewJob::new(tenant.tenant_id, KIND, stop.place, now) };
    let stored = door::finish("salesbot_step", {
        let app = app.clone();
        async move { Ok(schedule_new(app.store.write(), now, job).await?) }
    });
    stored.await.map_err(not_stored)?;
    Ok(HttpResponse::Ok().finish())
}

fn not_stored(error: impl std::fmt::Display) -> HttpResponse {
    tracing::error!(%error, "a Salesbot's step could not be stored; the bot waits until amoCRM gives it up");
    later(1)
}

/// The key of a job that waits for something in a chat.
pub fn waiting_key(conversation_id: Uuid, place: BotPlace) -> String {
    format!("{conversation_id}/{place}")
}

/// Lets the jobs that wait for an answer in a chat look now: the customer has written. They look by themselves too, so what
/// fails here is only later.
pub(in crate::intake) async fn wake(app: &IntakeContext, tenant_id: Uuid, conversation_id: Uuid) {
    let woken = async {
        let now = app.clock.millis();
        let tenant = app.lookup.tenant(tenant_id).await?;
        if tenant.and_then(|tenant| tenant.bots_ask_until).is_none_or(|until| until < now) {
            return Ok(());
        }
        job::Entity::update_of(tenant_id)
            .col_expr(job::Column::NextTryAt, Expr::value(now))
            .filter(job::Column::Kind.eq(KIND))
            .filter(job::Column::Key.starts_with(format!("{conversation_id}/")))
            .filter(job::Column::NextTryAt.gt(now))
            .exec(app.store.write())
            .await
            .map(drop)
    };
    let woken: Result<(), DbErr> = woken.await;
    if let Err(error) = woken {
        tracing::info!(tenant.id = %tenant_id, %error, "a Salesbot that waits for an answer learns of it a minute later");
    }
}
