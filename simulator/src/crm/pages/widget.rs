//! Widgets: their settings window, their own page in the account's settings, what the host's script needs to run them, and
//! what it calls.

use askama::Template;
use serde_json::{Map, Value, json};

use super::frame::{Frame, Place, Shell, Visit, render_host, static_file};
use crate::crm::config::IntegrationConfig;
use crate::crm::state::{Account, State, User};
use crate::crm::widget::{Field, Widget};
use crate::crm::{ids, oauth};
use crate::kit::Answer;

/// The page that runs the widgets.
pub(super) struct Stage<'a> {
    /// amoCRM's name of the area.
    pub(super) area: &'a str,
    /// The value of `APP.data.current_card`.
    pub(super) card: Value,
    /// `kind` and its data.
    pub(super) page: Value,
}

fn manager(user: &User) -> Value {
    json!({
        "id": user.id, "title": user.name, "option": user.name, "name": user.name, "login": user.email,
        "amojo_id": user.amojo_id, "active": true, "is_admin": if user.is_admin { "Y" } else { "N" },
        "group": "group_0",
    })
}

/// Texts of the script, by its names for them.
const WORDS: [(&str, &str); 9] = [
    ("installed", "state_installed"),
    ("not_installed", "state_new"),
    ("no_constructor", "no_constructor"),
    ("missing_callbacks", "missing_callbacks"),
    ("not_true", "not_true"),
    ("no_on_save", "no_on_save"),
    ("refused", "save_refused"),
    ("dropped", "custom_dropped"),
    ("policy", "policy"),
];

/// The input of the host's script: account, users, card, and the widgets to run.
pub(super) fn host_data(
    visit: &Visit<'_>,
    state: &State,
    account: &Account,
    stage: Stage<'_>,
    wanted: impl Fn(&IntegrationConfig, &Widget) -> bool,
) -> String {
    let language = visit.frame.user_language;
    let managers: Map<String, Value> = account.users.iter().map(|user| (user.id.to_string(), manager(user))).collect();
    let entry = |one: &IntegrationConfig| {
        let widget = state.widgets.get(&one.client_id).filter(|widget| wanted(one, widget))?;
        let path = visit.path(&format!("widgets/{}", widget.code));
        let installed = account.installed.get(&one.client_id);
        Some(json!({
            "id": ids::number(account.id, 17), "code": widget.code, "client_uuid": one.client_id,
            "name": widget.text(language, "/widget/name"), "version": widget.version,
            "script": format!("{path}/script.js?v={}", widget.version), "path": path, "support": widget.support(),
            "texts": widget.texts(language),
            "settings": installed.map(|one| one.settings.clone()).unwrap_or_default(),
            "active": account.has_active(&one.client_id),
            "token_url": visit.path(&format!("ajax/v2/integrations/{}/disposable_token", one.client_id)),
        }))
    };
    let words: Map<String, Value> =
        WORDS.into_iter().map(|(name, key)| (name.to_owned(), json!(visit.frame.t(key)))).collect();
    let user = account.user(account.signed_in).map(|user| {
        json!({
            "id": user.id, "name": user.name, "login": user.email, "amojo_id": user.amojo_id,
            "is_admin": user.is_admin,
        })
    });
    let data = json!({
        "lang": language, "now": visit.core.now().timestamp_millis(), "host": visit.host, "area": stage.area,
        "account": {
            "id": account.id, "name": account.name, "subdomain": account.subdomain(), "amojo_id": account.amojo_id,
            "language": language, "timezone": "Europe/Moscow", "currency": "RUB",
        },
        "user": user, "managers": managers, "card": stage.card, "page": stage.page,
        "widgets": visit.core.integrations.iter().filter_map(entry).collect::<Vec<_>>(), "words": words,
    });
    data.to_string()
}

#[derive(Template)]
#[template(path = "crm/widget.html")]
struct WidgetPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    host_data: String,
    widget: &'a Widget,
    /// The values that its form saved.
    saved: Option<&'a Map<String, Value>>,
    active: bool,
}

impl WidgetPage<'_> {
    fn name(&self) -> &str {
        self.widget.text(self.frame.user_language, "/widget/name")
    }

    fn about(&self) -> String {
        plain(self.widget.text(self.frame.user_language, "/widget/description"))
    }

    /// The address of its first picture.
    fn tour(&self) -> Option<String> {
        let path = self.widget.tour_image(self.frame.user_language)?;
        Some(format!("/accounts/{}/widgets/{}{path}", self.shell.account.host, self.widget.code))
    }

    fn label(&self, field: &Field) -> &str {
        self.widget.lookup(self.frame.user_language, &field.name)
    }

    fn value(&self, field: &Field) -> String {
        match self.saved.and_then(|saved| saved.get(&field.key)) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }
}

/// `GET /accounts/{host}/settings/widgets/{code}`. The query has the source that was clicked, the list of services (such as
/// `whatsapp_modal`) in which the widget was clicked, or the pipeline to which the widget is being added.
pub(super) fn settings(visit: &Visit<'_>, code: &str) -> Answer {
    let (frame, call) = (&visit.frame, visit.call);
    let Some(integration) = visit.core.integration_of_code(code) else { return frame.nothing_here() };
    let (source, pipeline, list) = (call.number("source"), call.number("pipeline"), call.query("list"));
    let in_pipelines = source.is_some() || pipeline.is_some();
    visit.show(if in_pipelines { Place::Pipelines } else { Place::Marketplace }, |state, shell| {
        let account = shell.account;
        let widget = state.widgets.get(&integration.client_id);
        let Some(widget) = widget.filter(|widget| list.is_none_or(|list| widget.is_in(list))) else {
            return Some(frame.notice(404, frame.t("no_widget")));
        };
        let source = account.sources.iter().find(|one| Some(one.id) == source);
        let context = source.map(|source| json!({"source_id": source.id, "external_id": source.external_id}));
        let stage = Stage {
            // The name of the area in such a list is not documented; the location's name is assumed.
            area: list.unwrap_or(if in_pipelines { "digital_pipeline" } else { "settings" }),
            card: Value::Null,
            page: json!({
                "kind": "settings", "context": context.unwrap_or_else(|| json!({})), "add_to": pipeline,
                "actions": visit.path(&format!("widgets/{code}")),
            }),
        };
        let page = WidgetPage {
            frame,
            shell,
            host_data: host_data(visit, state, account, stage, |one, _| one.client_id == integration.client_id),
            widget,
            saved: account.installed.get(&integration.client_id).map(|one| &one.settings),
            active: account.has_active(&integration.client_id),
        };
        Some(render_host(visit.core, &page))
    })
}

/// A description may contain tags; its text is enough here.
fn plain(html: &str) -> String {
    let mut parts = html.split('<');
    let first = parts.next().into_iter();
    first.chain(parts.map(|part| part.split_once('>').map_or("", |(_, rest)| rest))).collect()
}

#[derive(Template)]
#[template(path = "crm/widget_own.html")]
struct OwnPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    host_data: String,
    title: &'a str,
}

/// `GET /accounts/{host}/settings/{code}`: the page that an installed widget renders into `#list_page_holder`.
pub(super) fn own(visit: &Visit<'_>, code: &str) -> Answer {
    let frame = &visit.frame;
    let Some(integration) = visit.core.integration_of_code(code) else { return frame.nothing_here() };
    visit.show(Place::Marketplace, |state, shell| {
        let is_active = shell.account.has_active(&integration.client_id);
        let widget = state.widgets.get(&integration.client_id);
        let widget = widget.filter(|widget| is_active && widget.is_in("advanced_settings"))?;
        let stage = Stage { area: "advanced_settings", card: Value::Null, page: json!({"kind": "advanced"}) };
        let page = OwnPage {
            frame,
            shell,
            host_data: host_data(visit, state, shell.account, stage, |one, _| one.client_id == integration.client_id),
            title: widget.text(frame.user_language, "/advanced/title"),
        };
        Some(render_host(visit.core, &page))
    })
}

/// `GET /accounts/{host}/widgets/{code}/{file}`: a file of the archive.
pub(super) fn file(visit: &Visit<'_>, code: &str, file: &str) -> Answer {
    let integration = visit.core.integration_of_code(code);
    let bytes = integration.and_then(|one| {
        visit.core.read(|state| state.widgets.get(&one.client_id).and_then(|widget| widget.file(file).cloned()))
    });
    bytes.map_or_else(|| Answer::empty(404), |bytes| static_file(file, bytes))
}

/// `GET /accounts/{host}/ajax/v2/integrations/{client_uuid}/disposable_token` → `{"token":"…"}`, for the signed-in
/// user. Public widgets were seen to call this address of amoCRM; the header keeps other sites out.
pub(super) fn token(visit: &Visit<'_>, client_id: &str) -> Answer {
    if visit.call.header("x-requested-with") != Some("XMLHttpRequest") {
        return Answer::empty(403);
    }
    let token = visit.core.integration(client_id).and_then(|one| {
        let user_id = visit.core.read(|state| state.accounts.get(visit.host).map(|account| account.signed_in))?;
        oauth::disposable(visit.core, visit.host, user_id, one)
    });
    match token {
        Some(token) => Answer::json(200, &json!({"token": token})).with("cache-control", "no-store"),
        None => Answer::empty(404),
    }
}

/// `POST /accounts/{host}/widgets/{code}/{install|save|disable}`: 204, or 403 without administrator's rights.
pub(super) fn press(visit: &Visit<'_>, code: &str, action: &str) -> Answer {
    if !visit.administers() {
        return Answer::new(403, "text/plain; charset=utf-8", visit.frame.t("only_admin"));
    }
    let Some(integration) = visit.core.integration_of_code(code) else { return Answer::empty(404) };
    let fields = visit.call.json.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
    let installs = match action {
        "install" | "disable" => Some(action == "install"),
        "save" => None,
        _ => return Answer::empty(404),
    };
    let is_known = oauth::change_widget(visit.core, visit.host, integration, fields, installs);
    Answer::empty(if is_known { 204 } else { 404 })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_description_is_shown_without_its_tags() {
        assert_eq!(super::plain("<b>Bridge</b> for <a href=\"x\">chats</a>"), "Bridge for chats");
    }
}
