//! `POST /crm/hooks/{token}`: the CRM's hooks (crm-api §7.3). They are not signed: the token in the path identifies
//! the account, and their content is only a reason to query amoCRM. amoCRM waits two seconds, so hooks are stored,
//! answered, and only then processed.
//!
//! Nothing depends on them: whatever is missed here is found by the next regular check, so only a limited number may wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use amocrm::hooks::crm::{self, Action, BODY_LIMIT, CrmEvent};
use amocrm::rest::Lead;
use bytes::Bytes;
use queue::accept_batch::Priority;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::contact::{self, ContactEvent};
use crate::intake::door::{self, QuarantineReason, RawCall, StoreError, later};
use crate::intake::{IntakeContext, clean};
use crate::tenant::subscription;
use crate::{sale, template};

/// The kind of stored hooks.
pub const KIND: &str = "crm";

/// The route's handler. 404 for an unknown token, 415 for anything but a form, 413 above 1 MiB, 503 while nothing can
/// be stored; else 200. An unreadable hook is quarantined; events without relevance are dropped.
pub async fn hook(
    app: web::Data<IntakeContext>,
    token: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    door::measure(KIND, async {
        match answer(&app, &token, &request, payload).await {
            Ok(answer) | Err(answer) => answer,
        }
    })
    .await
}

/// The error is a refusal.
async fn answer(
    app: &Arc<IntakeContext>,
    token: &str,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    let tenant_id =
        subscription::tenant_of(&app.tenants, token).await.map_err(|error| not_stored(&error.to_string()))?;
    let Some(tenant_id) = tenant_id else { return Err(HttpResponse::NotFound().body("no account has this address")) };
    if request.content_type() != "application/x-www-form-urlencoded" {
        return Err(HttpResponse::UnsupportedMediaType().body("send a form"));
    }
    let body = door::read(request, payload, BODY_LIMIT).await?;
    let taken = door::finish("crm_hook", {
        let app = app.clone();
        async move { take(&app, call(&app, tenant_id, body)).await }
    });
    taken.await.map_err(|error| not_stored(&error.to_string()))?;
    Ok(HttpResponse::Ok().finish())
}

fn not_stored(error: &str) -> HttpResponse {
    tracing::error!(error, "a CRM hook could not be stored");
    later(1)
}

/// Stores a hook and processes it afterwards, or its bytes in quarantine.
pub(in crate::intake) async fn take(app: &Arc<IntakeContext>, call: RawCall) -> Result<(), StoreError> {
    let tenant_id = call.tenant_id;
    let Ok(hook) = crm::parse(&call.body) else { return call.quarantine(app, QuarantineReason::Unreadable).await };
    let tenant = app.lookup.tenant(tenant_id).await?;
    if hook.account_id.zip(tenant).is_some_and(|(given, tenant)| given != tenant.account_id) {
        return call.quarantine(app, QuarantineReason::ForeignAccount).await;
    }
    let checks: Vec<_> = hook.events.iter().filter_map(check_of).collect();
    // Only the hook and the daily look learn of a sale, so its job is stored before the answer.
    for event in &hook.events {
        if let CrmEvent::LeadMoved(lead_id, Lead::WON) = event {
            sale::won(app, tenant_id, *lead_id).await?;
        }
    }
    if checks.is_empty() {
        return Ok(());
    }
    call.keep(app).await?;
    // amoCRM reports a request for a review once: it is stored before the answer.
    for event in &hook.events {
        if let CrmEvent::TemplateReview(template) = event {
            template::requested(&app.sources, tenant_id, template).await?;
        }
    }
    let app = app.clone();
    base::supervisor::detach("crm_act", async move { act(&app, tenant_id, checks).await });
    Ok(())
}

/// Stored once: the same bytes are the same row. The token is a secret and is not stored with them.
pub(in crate::intake) fn call(app: &IntakeContext, tenant_id: Uuid, body: Bytes) -> RawCall {
    RawCall {
        id: Uuid::new_v5(&tenant_id, &body),
        tenant_id,
        source_id: None,
        kind: KIND,
        target: String::new(),
        received_at: app.clock.millis(),
        body,
        priority: Priority::High,
        limit_of: Some(tenant_id),
        again: None,
    }
}

/// Hooks processed at once.
const AT_ONCE: usize = 4;
/// Hooks that may wait to be processed; further ones are dropped.
const WAITING: usize = 1_000;

/// Limits how many hooks are processed at once. One in each `IntakeContext`.
pub struct Acts {
    running: Semaphore,
    waiting: AtomicUsize,
}

impl Default for Acts {
    fn default() -> Self {
        Self { running: Semaphore::new(AT_ONCE), waiting: AtomicUsize::new(0) }
    }
}

/// A check required by a hook.
enum HookCheck {
    Contact(ContactEvent),
    /// A template, by its id.
    Template(i64),
}

/// The check that an event requires, if any.
fn check_of(event: &CrmEvent) -> Option<HookCheck> {
    Some(match event {
        CrmEvent::Contact(Action::Delete, contact) => HookCheck::Contact(ContactEvent::Gone(contact.id)),
        CrmEvent::Contact(Action::Update, contact) => HookCheck::Contact(ContactEvent::Named(
            contact.id,
            contact.name.as_deref().map(clean).filter(|name| !name.is_empty())?,
        )),
        CrmEvent::Talk(Action::Add | Action::Update, talk) => {
            HookCheck::Contact(ContactEvent::Linked(talk.chat_id.as_deref().map(clean)?, talk.contact_id?))
        }
        CrmEvent::TemplateReview(template) => HookCheck::Template(template.id),
        _ => return None,
    })
}

async fn act(app: &Arc<IntakeContext>, tenant_id: Uuid, checks: Vec<HookCheck>) {
    if app.crm_acts.waiting.fetch_add(1, Ordering::Relaxed) < WAITING {
        // An error is impossible: the semaphore is never closed.
        let _running = app.crm_acts.running.acquire().await;
        for check in checks {
            check.look(app, tenant_id).await;
        }
    } else {
        tracing::debug!(tenant.id = %tenant_id, "too many concurrent CRM hooks: their changes will be read later");
    }
    app.crm_acts.waiting.fetch_sub(1, Ordering::Relaxed);
}

impl HookCheck {
    async fn look(self, app: &Arc<IntakeContext>, tenant_id: Uuid) {
        let done = match &self {
            Self::Contact(event) => {
                contact::wake(&app.tenants, tenant_id, event).await.map(|_| ()).map_err(anyhow::Error::from)
            }
            Self::Template(id) => template::look(&app.sources, tenant_id, *id).await,
        };
        if let Err(error) = done {
            tracing::info!(tenant.id = %tenant_id, error = format!("{error:#}"), "a CRM hook could not be processed; its changes will be read later");
        }
    }
}
