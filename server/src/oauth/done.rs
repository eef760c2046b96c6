//! The page after an exchange: completed and missing steps, and the next action.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use base::config::{Integration, Vendor};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use domain::identity::ticket;
use domain::tenant::install::{Granted, InstallProgress};
use domain::tenant::{self as tenants, ChannelStatus, TenantStatus};
use entity::{source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use super::page::{Frame, InstallPage};
use super::start;
use crate::oauth::OauthContext;

/// `own_browser`: the administrator began in this browser, so their data may be shown.
pub(super) async fn shown(
    app: &OauthContext,
    frame: &Frame,
    integration: &Integration,
    progress: InstallProgress,
    own_browser: bool,
) -> Result<HttpResponse> {
    match progress {
        InstallProgress::Done(entered) => connected(app, frame, integration, &entered, own_browser).await,
        InstallProgress::Later { reason, entered } => {
            let line = frame.text(if entered { "install-channel-failed" } else { "install-later" });
            let page = frame.page(frame.text("install-later-title")).line(line).details(frame.localized(&reason));
            Ok(page.answer(StatusCode::ACCEPTED))
        }
        InstallProgress::Failed { reason } => {
            let page = frame
                .page(frame.text("install-failed-title"))
                .line(frame.text("install-failed"))
                .way(start::address(Some(integration)), frame.text("install-start-again"))
                .details(frame.localized(&reason));
            Ok(page.answer(StatusCode::BAD_REQUEST))
        }
    }
}

async fn connected(
    app: &OauthContext,
    frame: &Frame,
    integration: &Integration,
    entered: &Granted,
    own_browser: bool,
) -> Result<HttpResponse> {
    let tenant = tenants::load(app.store.read(), entered.tenant_id).await?.ok_or(Error::NotFound)?;
    if TenantStatus::stored(&tenant) == TenantStatus::NeedsReauth {
        // An ordinary user's access is kept, but it does not replace an administrator's.
        let page = frame
            .page(frame.text("install-not-enough-title"))
            .line(frame.text("install-not-enough"))
            .line(frame.text("install-need-admin"))
            .way(start::address(Some(integration)), frame.text("install-start-again"));
        return Ok(page.answer(StatusCode::OK));
    }
    let title = frame.words.text("install-done-title").with("account", tenant.host.as_str());
    let page = frame.page(title).step("ok", frame.text("install-tick-authorised"));
    let mut page = channels(app, frame, page, &tenant).await?;
    if own_browser && entered.is_admin {
        let Granted { tenant_id, crm_user_id, name, .. } = entered;
        let ticket = ticket::issue(&app.identity, *tenant_id, *crm_user_id, name, true).await?;
        let sources = source::Entity::of_tenant(*tenant_id).filter(source::Column::DeletedAt.is_null());
        let has_sources = sources.count(app.store.read()).await? > 0;
        let next = if has_sources { "install-open-panel" } else { "install-add-first-source" };
        page = page.way(format!("/panel/enter?ticket={ticket}"), frame.text(next));
    }
    let account = format!("https://{}", tenant.host);
    Ok(page.way(account, frame.text("install-open-account")).answer(StatusCode::OK))
}

/// The state of the channels.
async fn channels(app: &OauthContext, frame: &Frame, page: InstallPage, tenant: &tenant::Model) -> Result<InstallPage> {
    if TenantStatus::stored(tenant) == TenantStatus::AwaitingCredentials {
        return Ok(page.step("wait", frame.text("tenant-state-awaiting_credentials-hint")));
    }
    let rows = tenant_channel::Entity::of_tenant(tenant.tenant_id).all(app.store.read()).await?;
    let Some(refused) = rows.iter().find(|row| row.status != ChannelStatus::Connected.as_str()) else {
        return Ok(page.step("ok", frame.text("install-tick-channel")));
    };
    let sentence = if refused.status == ChannelStatus::NotAllowed.as_str() {
        frame.words.text("install-channel-not-allowed").with("account", tenant.account_id.to_string())
    } else {
        frame.text("install-channel-failed")
    };
    let page = page.step("bad", sentence).details(frame.localized(&LocalizedText::stored(&refused.detail)));
    let integration = app.integrations.named(&tenant.integration);
    let support = Vendor::of(&app.config, integration.as_deref()).support_url;
    if !support.starts_with("https://") {
        return Ok(page);
    }
    Ok(page.way(support, frame.text("install-support")))
}
