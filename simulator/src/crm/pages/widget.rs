//! The settings window of a widget, and its own page in the account's settings.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Frame, host, notice, render_host,
    shell::{Place, Shell},
};
use crate::crm::core::Core;

/// The query of the address: the source that was clicked, the list of services, or the pipeline to which the widget is
/// being added.
#[derive(Deserialize)]
pub(super) struct WidgetQuery {
    source: Option<i64>,
    pipeline: Option<i64>,
    /// The list of services in which the widget was clicked, e.g. `whatsapp_modal`.
    list: Option<String>,
}

struct Field {
    key: String,
    kind: String,
    label: String,
    value: String,
    required: bool,
}

#[derive(Template)]
#[template(path = "crm/widget.html")]
struct WidgetPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    host_data: String,
    name: String,
    code: &'a str,
    about: String,
    tour: Option<String>,
    fields: Vec<Field>,
    active: bool,
}

/// `GET /accounts/{host}/settings/widgets/{code}`.
pub(super) async fn settings(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    asked: web::Query<WidgetQuery>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let (host, code) = path.into_inner();
    let in_pipelines = asked.source.is_some() || asked.pipeline.is_some();
    let place = if in_pipelines { Place::Pipelines } else { Place::Marketplace };
    let found = Shell::of(&core, &frame, &request, &host, place).zip(core.integration_of_code(&code));
    let Some((shell, integration)) = found else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    };
    let page = core.read(|state| {
        let account = state.accounts.get(&host)?;
        let widget = state.widgets.get(&integration.client_id)?;
        let language = frame.user_language;
        let saved = account.installed.get(&integration.client_id).map(|one| &one.settings);
        if asked.list.as_ref().is_some_and(|list| !widget.is_in(list)) {
            return None;
        }
        let source = account.sources.iter().find(|one| Some(one.id) == asked.source);
        let context = source
            .map_or_else(|| json!({}), |source| json!({"source_id": source.id, "external_id": source.external_id}));
        let fields = widget
            .fields()
            .into_iter()
            .map(|field| Field {
                label: widget.lookup(language, &field.name).to_owned(),
                value: match saved.and_then(|saved| saved.get(&field.key)) {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => String::new(),
                },
                key: field.key,
                kind: field.kind,
                required: field.required,
            })
            .collect();
        let page = WidgetPage {
            frame: &frame,
            shell: &shell,
            host_data: String::new(),
            name: widget.text(language, "/widget/name").to_owned(),
            code: &code,
            about: plain(widget.text(language, "/widget/description")),
            tour: widget.tour_image(language).map(|path| format!("/accounts/{host}/widgets/{code}{path}")),
            fields,
            active: account.has_active(&integration.client_id),
        };
        Some((page, context))
    });
    let Some((mut page, context)) = page else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.no_widget);
    };
    let stage = host::Stage {
        host: &host,
        // The name of the area in such a list is not documented; the location's name is assumed.
        area: match &asked.list {
            Some(list) => list.as_str(),
            None if in_pipelines => "digital_pipeline",
            None => "settings",
        },
        card: Value::Null,
        page: json!({
            "kind": "settings",
            "context": context,
            "add_to": asked.pipeline,
            "actions": format!("/accounts/{host}/widgets/{code}"),
        }),
    };
    page.host_data =
        host::host_data(&core, &frame, stage, |_, one, _| one.client_id == integration.client_id).unwrap_or_default();
    render_host(&core, &page)
}

/// A description may contain tags; its text is enough here.
fn plain(html: &str) -> String {
    html.split('<')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('>').map_or("", |(_, rest)| rest) })
        .collect()
}

#[derive(Template)]
#[template(path = "crm/widget_own.html")]
struct OwnPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    host_data: String,
    title: String,
}

/// `GET /accounts/{host}/settings/{code}`: the page that an installed widget renders into `#list_page_holder`.
pub(super) async fn own(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let (host, code) = path.into_inner();
    let missing = || notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    let found = Shell::of(&core, &frame, &request, &host, Place::Marketplace).zip(core.integration_of_code(&code));
    let Some((shell, integration)) = found else {
        return missing();
    };
    let title = core.read(|state| {
        let widget = state.widgets.get(&integration.client_id).filter(|widget| widget.is_in("advanced_settings"))?;
        let active = state.accounts.get(&host)?.has_active(&integration.client_id);
        active.then(|| widget.text(frame.user_language, "/advanced/title").to_owned())
    });
    let Some(title) = title else {
        return missing();
    };
    let page = json!({"kind": "advanced"});
    let stage = host::Stage { host: &host, area: "advanced_settings", card: Value::Null, page };
    let host_data =
        host::host_data(&core, &frame, stage, |_, one, _| one.client_id == integration.client_id).unwrap_or_default();
    render_host(&core, &OwnPage { frame: &frame, shell: &shell, host_data, title })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_description_is_shown_without_its_tags() {
        assert_eq!(super::plain("<b>Bridge</b> for <a href=\"x\">chats</a>"), "Bridge for chats");
    }
}
