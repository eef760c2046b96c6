//! The Digital Pipeline with its sources panel.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    Frame, notice, own_form, render, see_other,
    shell::{self, Place, Shell},
    strings::fill,
};
use crate::crm::{
    core::Core,
    single_source::SingleSource,
    state::{Pipeline, Source},
};

struct PipelineRow {
    name: String,
    external_id: String,
    integration: String,
    default: bool,
    by_crm: bool,
    href: Option<String>,
    delete_target: String,
}

struct Add {
    words: String,
    code: String,
    target: String,
}

struct Column {
    name: String,
    rows: Vec<PipelineRow>,
    adds: Vec<Add>,
}

#[derive(Template)]
#[template(path = "crm/pipelines.html")]
struct PipelinesPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    columns: Vec<Column>,
    can_add: bool,
}

/// An integration's data for this page.
struct Known {
    client_id: String,
    name: String,
    code: String,
    has_widget: bool,
    can_be_added: bool,
}

fn known(core: &Core, host: &str) -> Vec<Known> {
    core.integrations
        .iter()
        .map(|one| {
            let code = core.widget_code(one);
            core.read(|state| {
                let widget = state.widgets.get(&one.client_id);
                let active = state.accounts.get(host).is_some_and(|account| account.has_active(&one.client_id));
                Known {
                    client_id: one.client_id.clone(),
                    name: one.name.clone(),
                    code: code.clone(),
                    has_widget: widget.is_some(),
                    can_be_added: active && widget.is_some_and(|widget| widget.is_in("lead_sources")),
                }
            })
        })
        .collect()
}

fn row(frame: &Frame, host: &str, known: &[Known], source: &Source) -> PipelineRow {
    let owner = known.iter().find(|one| one.client_id == source.client_id);
    let settings = |one: &Known| {
        let keep = if frame.language_query.is_empty() { String::new() } else { format!("&{}", frame.language_query) };
        format!("/accounts/{host}/settings/widgets/{}?source={}{keep}", one.code, source.id)
    };
    PipelineRow {
        name: source.name.clone(),
        external_id: source.external_id.clone(),
        integration: owner.map(|one| one.name.clone()).unwrap_or_default(),
        default: source.default,
        by_crm: owner.is_some_and(|one| one.code == source.external_id),
        href: owner.filter(|one| one.has_widget).map(settings),
        delete_target: frame.link(&format!("/accounts/{host}/sources/{}/delete", source.id)),
    }
}

/// `GET /accounts/{host}/pipelines`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest, host: web::Path<String>) -> HttpResponse {
    let frame = Frame::of(&request);
    let Some(shell) = Shell::of(&core, &frame, &request, &host, Place::Pipelines) else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    };
    let known = known(&core, &host);
    let columns = core.read(|state| {
        let Some(account) = state.accounts.get(host.as_str()) else {
            return Vec::new();
        };
        let column = |pipeline: &Pipeline| Column {
            name: pipeline.name.clone(),
            rows: account
                .sources
                .iter()
                .filter(|source| source.pipeline_id == pipeline.id)
                .map(|source| row(&frame, &host, &known, source))
                .collect(),
            adds: known
                .iter()
                .filter(|one| one.can_be_added)
                .map(|one| Add {
                    words: fill(frame.words.add_source, "integration", &one.name),
                    code: one.code.clone(),
                    target: frame.link(&format!("/accounts/{host}/pipelines/{}/add", pipeline.id)),
                })
                .collect(),
        };
        account.pipelines.iter().map(column).collect()
    });
    let can_add = known.iter().any(|one| one.can_be_added);
    render(StatusCode::OK, &PipelinesPage { frame: &frame, shell: &shell, columns, can_add }, None)
}

/// The form behind "add as a source".
#[derive(Deserialize)]
pub(super) struct Added {
    code: String,
}

/// `POST /accounts/{host}/pipelines/{id}/add`: amoCRM stores the pipeline, creates its own source if the card requires
/// it, and opens the widget.
pub(super) async fn add(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, i64)>,
    form: web::Form<Added>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let (host, pipeline_id) = path.into_inner();
    if !shell::administers(&core, &host) {
        return notice(&frame, StatusCode::FORBIDDEN, frame.words.only_admin);
    }
    let Some(integration) = core.integration_of_code(&form.code) else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    };
    let own = SingleSource::of(&core, integration);
    let added = core.change(|state| {
        let account = state.accounts.get_mut(&host)?;
        account.pipelines.iter().find(|pipeline| pipeline.id == pipeline_id)?;
        account.installed.get_mut(&integration.client_id)?.pipeline_id = Some(pipeline_id);
        own.make(account, pipeline_id);
        Some(())
    });
    if added.is_none() {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    }
    let keep = if frame.language_query.is_empty() { String::new() } else { format!("&{}", frame.language_query) };
    see_other(&format!("/accounts/{host}/settings/widgets/{}?pipeline={pipeline_id}{keep}", form.code))
}

/// `POST /accounts/{host}/sources/{id}/delete`: as a user can, without a notice.
pub(super) async fn delete(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, i64)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let (host, id) = path.into_inner();
    if !shell::administers(&core, &host) {
        return notice(&frame, StatusCode::FORBIDDEN, frame.words.only_admin);
    }
    core.change(|state| {
        if let Some(account) = state.accounts.get_mut(&host) {
            account.sources.retain(|source| source.id != id);
        }
    });
    see_other(&frame.link(&format!("/accounts/{host}/pipelines")))
}
