//! Widgets as the API shows them: www.amocrm.ru/developers/content/crm_platform/widgets-api.

use serde_json::{Value, json};

use super::{Call, hal, problem};
use crate::crm::{
    exchange::{Answer, Then},
    ids,
    single_source::SingleSource,
    state::{Account, State},
    widget::Widget,
};

fn show(call: &Call<'_>, account: &Account, client_id: &str, widget: &Widget, place: i64) -> Value {
    let installed = account.installed.get(client_id);
    let template: Vec<Value> = widget
        .fields()
        .into_iter()
        .map(|field| {
            json!({
                "key": field.key,
                "name": widget.lookup("ru", &field.name),
                "type": field.kind,
                "is_required": field.required,
            })
        })
        .collect();
    // Only a token of the widget's own integration sees its settings.
    let own = client_id == call.access.client_id;
    let settings = installed.filter(|_| own).map(|one| Value::Object(one.settings.clone()));
    json!({
        "id": ids::number(account.id, 50 + place),
        "code": widget.code,
        "version": widget.version,
        "rating": "0",
        "settings_template": template,
        "is_lead_source": widget.is_in("lead_sources"),
        "is_work_with_dp": widget.is_in("digital_pipeline"),
        "is_crm_template": false,
        "client_uuid": client_id,
        "is_active_in_account": account.has_active(client_id),
        "pipeline_id": installed.and_then(|one| one.pipeline_id),
        "settings": settings,
        "_links": call.link(&format!("widgets/{}", widget.code)),
    })
}

fn shown(call: &Call<'_>, state: &State) -> Vec<Value> {
    let Some(account) = state.accounts.get(call.host) else {
        return Vec::new();
    };
    call.core
        .integrations
        .iter()
        .zip(1_i64..)
        .filter_map(|(one, place)| {
            let widget = state.widgets.get(&one.client_id)?;
            Some(show(call, account, &one.client_id, widget, place))
        })
        .collect()
}

/// `GET widgets`.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let all = call.core.read(|state| shown(call, state));
    if all.is_empty() {
        return Answer::empty(204);
    }
    hal(&json!({
        "_total_items": all.len(),
        "_page": 1,
        "_links": call.link("widgets"),
        "_embedded": {"widgets": all},
    }))
}

/// `GET widgets/{code}`.
pub(super) fn one(call: &Call<'_>, code: &str) -> Answer {
    let all = call.core.read(|state| shown(call, state));
    match all.iter().find(|one| one.get("code").and_then(Value::as_str) == Some(code)) {
        Some(found) => hal(found),
        None => unknown(),
    }
}

fn unknown() -> Answer {
    problem(404, "Not Found", "no widget has this code")
}

/// `POST widgets/{code}` with its settings: installs it, and amoCRM notifies its integration.
pub(super) fn install(call: &Call<'_>, code: &str) -> Answer {
    let Some(integration) = call.core.integration_of_code(code) else { return unknown() };
    let Ok(Value::Object(settings)) = serde_json::from_slice(&call.request.body) else {
        return problem(400, "Bad Request", "an object with the settings of the widget is expected");
    };
    let own = SingleSource::of(call.core, integration);
    let done = call.change(|account, _| {
        own.activate(account);
        account.installed.entry(integration.client_id.clone()).or_default().settings = settings;
        Ok(())
    });
    let then = Then::Installs { host: call.host.to_owned(), integration: integration.name.clone() };
    done.map_or_else(|refusal| refusal, |()| one(call, code).followed_by(then))
}

/// `DELETE widgets/{code}`: disables it, like its button.
pub(super) fn disable(call: &Call<'_>, code: &str) -> Answer {
    let Some(integration) = call.core.integration_of_code(code) else { return unknown() };
    if call.account(|account| account.has_active(&integration.client_id)) != Some(true) {
        return problem(404, "Not Found", "the widget is not installed");
    }
    let then = Then::SwitchesOff { host: call.host.to_owned(), integration: integration.name.clone() };
    Answer::empty(204).followed_by(then)
}
