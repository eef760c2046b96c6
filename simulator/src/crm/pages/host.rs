//! The input of the widget host's script: account, users, card, and the widgets to run.

use serde_json::{Map, Value, json};

use super::{Frame, strings::Words};
use crate::crm::{
    config::IntegrationConfig,
    core::Core,
    ids,
    state::{Account, State, User},
    widget::Widget,
};

/// The page that runs the widgets.
pub(super) struct Stage<'a> {
    pub(super) host: &'a str,
    /// amoCRM's name of the area.
    pub(super) area: &'a str,
    /// The value of `APP.data.current_card`.
    pub(super) card: Value,
    /// `kind` and its data.
    pub(super) page: Value,
}

fn manager(user: &User) -> Value {
    json!({
        "id": user.id,
        "title": user.name,
        "option": user.name,
        "name": user.name,
        "login": user.email,
        "amojo_id": user.amojo_id,
        "active": true,
        "is_admin": if user.is_admin { "Y" } else { "N" },
        "group": "group_0",
    })
}

fn entry(host: &str, account: &Account, integration: &IntegrationConfig, widget: &Widget, language: &str) -> Value {
    let installed = account.installed.get(&integration.client_id);
    let path = format!("/accounts/{host}/widgets/{}", widget.code);
    json!({
        "id": ids::number(account.id, 17),
        "code": widget.code,
        "client_uuid": integration.client_id,
        "name": widget.text(language, "/widget/name"),
        "version": widget.version,
        "script": format!("{path}/script.js?v={}", widget.version),
        "path": path,
        "support": widget.support(),
        "texts": widget.texts(language),
        "settings": installed.map(|one| one.settings.clone()).unwrap_or_default(),
        "active": account.has_active(&integration.client_id),
        "token_url": format!("/accounts/{host}/ajax/v2/integrations/{}/disposable_token", integration.client_id),
    })
}

fn words(words: &Words) -> Value {
    json!({
        "installed": words.state_installed,
        "not_installed": words.state_new,
        "no_constructor": words.no_constructor,
        "missing_callbacks": words.missing_callbacks,
        "not_true": words.not_true,
        "no_on_save": words.no_on_save,
        "refused": words.save_refused,
        "dropped": words.custom_dropped,
        "policy": words.policy,
    })
}

/// The JSON for the script, with the widgets selected by `wanted`.
pub(super) fn host_data(
    core: &Core,
    frame: &Frame,
    stage: Stage<'_>,
    wanted: impl Fn(&Account, &IntegrationConfig, &Widget) -> bool,
) -> Option<String> {
    let now = core.now().timestamp_millis();
    let language = frame.user_language;
    let data = core.read(|state: &State| {
        let account = state.accounts.get(stage.host)?;
        let user = account.signed_in()?;
        let managers: Map<String, Value> =
            account.users.iter().map(|user| (user.id.to_string(), manager(user))).collect();
        let widgets: Vec<Value> = core
            .integrations
            .iter()
            .filter_map(|one| {
                let widget = state.widgets.get(&one.client_id)?;
                wanted(account, one, widget).then(|| entry(stage.host, account, one, widget, language))
            })
            .collect();
        Some(json!({
            "lang": language,
            "now": now,
            "host": stage.host,
            "area": stage.area,
            "account": {
                "id": account.id,
                "name": account.name,
                "subdomain": stage.host.split('.').next().unwrap_or_default(),
                "amojo_id": account.amojo_id,
                "language": language,
                "timezone": "Europe/Moscow",
                "currency": "RUB",
            },
            "user": {
                "id": user.id,
                "name": user.name,
                "login": user.email,
                "amojo_id": user.amojo_id,
                "is_admin": user.is_admin,
            },
            "managers": managers,
            "card": stage.card,
            "page": stage.page,
            "widgets": widgets,
            "words": words(frame.words),
        }))
    })?;
    Some(data.to_string())
}
