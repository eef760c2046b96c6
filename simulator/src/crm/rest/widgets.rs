//! Widgets by the API: read, install with settings, switch off:
//! www.amocrm.ru/developers/content/crm_platform/widgets-api.

use serde_json::{Map, Value, json};

use super::{Answer, Reply, Request, Wrong, hal, not_found};
use crate::crm::config::IntegrationConfig;
use crate::crm::exchange::put;
use crate::crm::oauth;
use crate::crm::state::State;

const MISSING: &str = "no widget has this code";

/// Settings are shown to the widget's own integration alone.
fn shown(request: &Request<'_>, state: &State, id: usize, one: &IntegrationConfig) -> Option<Value> {
    let (widget, account) = (state.widgets.get(&one.client_id)?, state.accounts.get(request.host)?);
    let template = widget
        .fields()
        .into_iter()
        .map(|field| json!({"key": field.key, "name": field.name, "type": field.kind, "is_required": field.required}));
    let mut shown = json!({
        "id": id, "code": widget.code, "version": widget.version, "rating": "0,00",
        "settings_template": template.collect::<Vec<_>>(), "is_lead_source": widget.is_in("lead_sources"),
        "is_work_with_dp": widget.is_in("digital_pipeline"), "is_crm_template": false,
        "is_active_in_account": account.has_active(&one.client_id), "client_uuid": one.client_id,
        "pipeline_id": null, "_links": request.link(&format!("widgets/{}", widget.code)),
    });
    let installed = account.installed.get(&one.client_id).filter(|installed| installed.active);
    if let Some(installed) = installed.filter(|_| one.client_id == request.grant.client_id) {
        put(&mut shown, "settings", installed.settings.clone());
    }
    Some(shown)
}

fn rows(request: &Request<'_>) -> Vec<Value> {
    let all = || request.core.integrations.iter().zip(1..);
    request.core.read(|state| all().filter_map(|(one, id)| shown(request, state, id, one)).collect())
}

/// `GET widgets`, for any user.
pub(super) fn list(request: &Request<'_>) -> Reply {
    request.page_of("widgets", "widgets", 250, rows(request))
}

/// `GET widgets/{code}`, for any user.
pub(super) fn one(request: &Request<'_>, code: &[&str]) -> Reply {
    let found = rows(request).into_iter().find(|row| row["code"] == code.concat());
    found.map(|row| hal(&row)).ok_or_else(|| not_found(MISSING))
}

fn uploaded<'a>(request: &Request<'a>, code: &[&str]) -> Result<&'a IntegrationConfig, Answer> {
    let known = request.core.integration_of_code(&code.concat());
    known
        .filter(|one| request.core.read(|state| state.widgets.contains_key(&one.client_id)))
        .ok_or_else(|| not_found(MISSING))
}

/// `POST widgets/{code}` with the values of its settings: amoCRM calls its integration as after the button.
pub(super) fn install(request: &Request<'_>, code: &[&str]) -> Reply {
    let known = uploaded(request, code)?;
    let settings = request.object_or_nothing()?.as_object().cloned().unwrap_or_default();
    let fields = request.core.read(|state| state.widgets.get(&known.client_id).map(|widget| widget.fields()));
    let is_blank = |value: Option<&Value>| value.is_none_or(|value| value.is_null() || *value == json!(""));
    if let Some(field) = fields.into_iter().flatten().find(|field| field.required && is_blank(settings.get(&field.key)))
    {
        return Err(Wrong("NotBlank", "settings", format!("the setting {} is required", field.key)).alone());
    }
    oauth::change_widget(request.core, request.host, known, settings, Some(true));
    one(request, code)
}

/// `DELETE widgets/{code}`: its settings are gone.
pub(super) fn switch_off(request: &Request<'_>, code: &[&str]) -> Reply {
    let known = uploaded(request, code)?;
    match oauth::change_widget(request.core, request.host, known, Map::new(), Some(false)) {
        true => Ok(Answer::empty(204)),
        false => Err(not_found("the widget is not installed")),
    }
}
