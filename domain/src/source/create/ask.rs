//! What the messenger is asked before a source is created.

use amocrm::rest;
use base::error::Result;
use connectors::{LinePage, LineService, Probe};

use super::{CreatePlan, written};
use crate::settings;
use crate::source::{SourceContext, line};

/// Asks the messenger for the line's identity: rejected credentials are an error. The line's services besides chats are
/// sent to amoCRM, unless the caller asks for other ones.
pub(super) async fn find_line(app: &SourceContext, plan: &mut CreatePlan, asks_for_services: bool) -> Result<()> {
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
pub(super) async fn check(app: &SourceContext, plan: &CreatePlan) -> Result<()> {
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
