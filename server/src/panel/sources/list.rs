//! `GET /panel/sources`: all sources with their states.

use actix_web::HttpRequest;

use super::{pipelines, strays, view};
use crate::delivery::read::activity;
use crate::identity::realm::LIVE;
use crate::panel::{self, Answer, AppData, Member, Nav, Right};

pub async fn get(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let page = member.page("sources-title", Nav::Sources);
    let tenant_id = member.tenant_id;
    let mut sources = crate::source::all(&app, tenant_id).await?;
    sources.sort_by_key(|source| (!source.is_default, source.name.to_lowercase()));
    let states = crate::source::states(&app, tenant_id, &sources).await?;
    let usage = crate::source::usage(&app, tenant_id).await?;
    let activity = activity::of_tenant(app.store.read(), tenant_id, app.clock.millis()).await?;
    // Automatic updates of parts of the page make no request to amoCRM.
    let live = request.headers().contains_key(LIVE);
    let pipelines = if sources.is_empty() { None } else { pipelines(&app, tenant_id, !live).await? };
    let strays =
        if member.may(Right::ManageAccount) { strays::shown(&app, &page, tenant_id).await? } else { Vec::new() };
    let steps = strays::steps(&app, &page, tenant_id).await?;
    let list = view::list(&page, &sources, &states, usage, &activity, pipelines.as_ref(), strays, steps);
    panel::html(&page, &list)
}
