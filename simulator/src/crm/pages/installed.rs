//! Accounts, consent, the integrations of an account, and their sources in the Digital Pipeline.

use std::sync::Arc;

use askama::Template;

use super::frame::{Frame, Place, SELF, Shell, Visit, origin};
use crate::crm::config::IntegrationConfig;
use crate::crm::core::Core;
use crate::crm::exchange::is_host;
use crate::crm::oauth;
use crate::crm::state::{Account, Pipeline, Source, State};
use crate::crm::widget::Widget;
use crate::kit::{Answer, Call, page_of};

#[derive(Template)]
#[template(path = "crm/accounts.html")]
struct AccountsPage<'a> {
    frame: &'a Frame,
    accounts: Vec<&'a Account>,
}

/// `GET /`.
pub(super) fn accounts(core: &Core, frame: &Frame) -> Answer {
    core.read(|state| page_of(200, &AccountsPage { frame, accounts: state.accounts.values().collect() }, SELF))
}

/// `POST /accounts`.
pub(super) fn add_account(core: &Core, frame: &Frame, call: &Call) -> Answer {
    let host = call.param("host").unwrap_or_default().trim().to_ascii_lowercase();
    if !is_host(&host) {
        return frame.notice(400, frame.t("host_wrong"));
    }
    let now = core.now();
    core.change(|state| {
        state.ensure_account(&host, now);
    });
    frame.to("/")
}

#[derive(Template)]
#[template(path = "crm/consent.html")]
struct ConsentPage<'a> {
    frame: &'a Frame,
    integration: &'a IntegrationConfig,
    /// The widget's own name, as in the marketplace; without a widget the integration's.
    title: &'a str,
    state: Option<&'a str>,
    accounts: Vec<&'a Account>,
}

impl ConsentPage<'_> {
    /// Who would give the access.
    fn by(&self, account: &Account) -> String {
        let user = account.user(account.signed_in).map(|user| self.frame.user(user));
        self.frame.fill("consent_by", user.unwrap_or_default())
    }
}

/// `GET /oauth`: an administrator gives an integration access to an account. `mode` only concerns windows, which this page
/// leaves to the browser.
pub(super) fn consent(core: &Core, frame: &Frame, call: &Call) -> Answer {
    let Some(integration) = core.integration(call.query("client_id").unwrap_or_default()) else {
        return frame.notice(404, frame.t("unknown_integration"));
    };
    core.read(|state| {
        let accounts = state.accounts.values().collect();
        let widget = state.widgets.get(&integration.client_id);
        let title = widget.map_or(integration.name.as_str(), |one| one.text(frame.user_language, "/widget/name"));
        let page = ConsentPage { frame, integration, title, state: call.query("state"), accounts };
        // Browsers apply `form-action` to redirects after a form too, so the redirect's origin must be in it.
        let theirs = origin(&core.redirect_uri(integration)).unwrap_or_default();
        page_of(200, &page, format!("{SELF} {theirs}").trim())
    })
}

/// `POST /oauth`.
pub(super) fn decide(core: &Core, frame: &Frame, call: &Call) -> Answer {
    let Some(integration) = core.integration(call.param("client_id").unwrap_or_default()) else {
        return frame.notice(404, frame.t("unknown_integration"));
    };
    let state = call.param("state");
    let address = match (call.param("choice"), call.param("host")) {
        (Some("allow"), None) => None,
        (Some("allow"), Some(host)) => {
            let user = core.read(|state| {
                let account = state.accounts.get(host)?;
                let user = account.user(account.signed_in)?.clone();
                Some((account.has_active(&integration.client_id), user))
            });
            // Installing requires an administrator.
            if let Some((false, user)) = user.as_ref().filter(|(_, user)| !user.is_admin) {
                return frame.notice(403, &frame.fill("consent_first_admin", frame.user(user)));
            }
            let code = user.and_then(|(_, user)| core.code_for(host, integration, Some(user.id)));
            code.and_then(|code| oauth::decided(core, integration, Some((host, &code)), state))
        }
        _ => oauth::decided(core, integration, None, state),
    };
    match address {
        Some(address) => Answer::empty(302).with("location", address),
        None => frame.to("/"),
    }
}

#[derive(Template)]
#[template(path = "crm/marketplace.html")]
struct MarketplacePage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    state: &'a State,
    integrations: &'a [IntegrationConfig],
}

/// What the pages of an account say of an integration.
impl MarketplacePage<'_> {
    fn widget(&self, one: &IntegrationConfig) -> Option<&Widget> {
        self.state.widgets.get(&one.client_id).map(AsRef::as_ref)
    }

    fn code(&self, one: &IntegrationConfig) -> String {
        self.state.widget_code(one)
    }

    /// The button of an integration without a widget: the end of its address, and its words.
    fn switch(&self, one: &IntegrationConfig) -> (&'static str, &'static str) {
        let is_active = self.shell.account.has_active(&one.client_id);
        if is_active { ("revoke", self.frame.t("do_disable")) } else { ("install", self.frame.t("do_install")) }
    }

    /// The widget's own name, as on the page of the integration; without a widget the integration's.
    fn title<'b>(&'b self, one: &'b IntegrationConfig) -> &'b str {
        self.widget(one).map_or(one.name.as_str(), |widget| widget.text(self.frame.user_language, "/widget/name"))
    }

    /// The tone and the words of its state.
    fn condition(&self, one: &IntegrationConfig) -> (&'static str, &'static str) {
        let (tone, key) = match self.shell.account.installed.get(&one.client_id) {
            Some(installed) if installed.active => ("ok", "state_installed"),
            Some(_) => ("warn", "state_disabled"),
            None => ("wait", "state_new"),
        };
        (tone, self.frame.t(key))
    }

    fn about(&self, one: &IntegrationConfig) -> String {
        let version = |widget: &Widget| self.frame.fill_both("archive_version", &widget.code, &widget.version);
        self.widget(one).map_or_else(|| self.frame.t("no_widget").to_owned(), version)
    }

    fn has_own_page(&self, one: &IntegrationConfig) -> bool {
        let is_active = self.shell.account.has_active(&one.client_id);
        is_active && self.widget(one).is_some_and(|widget| widget.is_in("advanced_settings"))
    }

    fn href(&self, one: &IntegrationConfig, place: &str) -> String {
        self.frame.of_account(&self.shell.account.host, &format!("{place}/{}", self.code(one)))
    }
}

/// `GET /accounts/{host}/marketplace`.
pub(super) fn marketplace(visit: &Visit<'_>) -> Answer {
    visit.show(Place::Marketplace, |state, shell| {
        let integrations = visit.core.integrations.as_slice();
        Some(page_of(200, &MarketplacePage { frame: &visit.frame, shell, state, integrations }, SELF))
    })
}

/// `POST /accounts/{host}/install` and `…/revoke`: installs as from the marketplace, or disables.
pub(super) async fn install(visit: &Visit<'_>, what: &str) -> Answer {
    let core: &Arc<Core> = visit.core;
    let integration = visit.field("integration");
    match what {
        "install" => oauth::install(core, visit.host, integration).await,
        _ => oauth::revoke(core, visit.host, integration).await,
    };
    visit.frame.to(&visit.path("marketplace"))
}

/// `POST /accounts/{host}/token`: a long-lived token as plain text, for the browser and for `curl -d integration=…`.
pub(super) fn token(visit: &Visit<'_>) -> Answer {
    if !visit.administers() {
        return visit.frame.notice(403, visit.frame.t("only_admin"));
    }
    let known = visit.core.integration_named(visit.field("integration"));
    let token = known.and_then(|known| oauth::long_lived(visit.core, visit.host, known));
    token.map_or_else(|| visit.frame.nothing_here(), |token| Answer::new(200, "text/plain; charset=utf-8", token))
}

/// `POST /accounts/{host}/archive`: the raw zip; 422 with the reason if it is refused.
pub(super) fn upload(visit: &Visit<'_>) -> Answer {
    let asked = |name| visit.call.query(name).unwrap_or_default();
    match visit.core.upload_widget(asked("integration"), asked("code"), &visit.call.body) {
        Ok(()) => Answer::empty(204),
        Err(error) => Answer::new(422, "text/plain; charset=utf-8", format!("{error:#}")),
    }
}

#[derive(Template)]
#[template(path = "crm/pipelines.html")]
struct PipelinesPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    state: &'a State,
    integrations: &'a [IntegrationConfig],
}

impl PipelinesPage<'_> {
    fn sources(&self, pipeline: &Pipeline) -> Vec<&Source> {
        self.shell.account.sources.iter().filter(|source| source.pipeline_id == pipeline.id).collect()
    }

    fn owner(&self, source: &Source) -> Option<&IntegrationConfig> {
        self.integrations.iter().find(|one| one.client_id == source.client_id)
    }

    fn code(&self, one: &IntegrationConfig) -> String {
        self.state.widget_code(one)
    }

    fn href(&self, source: &Source) -> Option<String> {
        let owner = self.owner(source).filter(|one| self.state.widgets.contains_key(&one.client_id))?;
        let rest = format!("settings/widgets/{}?source={}", self.code(owner), source.id);
        Some(self.frame.of_account(&self.shell.account.host, &rest))
    }

    fn is_by_crm(&self, source: &Source) -> bool {
        self.owner(source).is_some_and(|one| self.code(one) == source.external_id)
    }

    /// The integrations that can be added as sources.
    fn offered(&self) -> Vec<&IntegrationConfig> {
        let can_be = |one: &&IntegrationConfig| {
            let widget = self.state.widgets.get(&one.client_id);
            self.shell.account.has_active(&one.client_id) && widget.is_some_and(|widget| widget.is_in("lead_sources"))
        };
        self.integrations.iter().filter(can_be).collect()
    }

    fn target(&self, path: &str, id: &i64, action: &str) -> String {
        self.frame.of_account(&self.shell.account.host, &format!("{path}/{id}/{action}"))
    }
}

/// `GET /accounts/{host}/pipelines`: the Digital Pipeline with its sources panel.
pub(super) fn pipelines(visit: &Visit<'_>) -> Answer {
    visit.show(Place::Pipelines, |state, shell| {
        let integrations = visit.core.integrations.as_slice();
        Some(page_of(200, &PipelinesPage { frame: &visit.frame, shell, state, integrations }, SELF))
    })
}

/// `POST /accounts/{host}/pipelines/{id}/add`: amoCRM opens the widget.
pub(super) fn add_source(visit: &Visit<'_>, id: &str) -> Answer {
    let (frame, code) = (&visit.frame, visit.field("code"));
    if !visit.administers() {
        return frame.notice(403, frame.t("only_admin"));
    }
    let Some(integration) = visit.core.integration_of_code(code) else { return frame.nothing_here() };
    let is_possible = visit.core.read(|state| {
        state.accounts.get(visit.host).is_some_and(|account| {
            let is_there = account.pipelines().iter().any(|pipeline| pipeline.id.to_string() == id);
            is_there && account.installed.contains_key(&integration.client_id)
        })
    });
    match is_possible {
        true => frame.to(&visit.path(&format!("settings/widgets/{code}?pipeline={id}"))),
        false => frame.nothing_here(),
    }
}

/// `POST /accounts/{host}/sources/{id}/delete`: as a user can, without a notice.
pub(super) fn delete_source(visit: &Visit<'_>, id: &str) -> Answer {
    let frame = &visit.frame;
    if !visit.administers() {
        return frame.notice(403, frame.t("only_admin"));
    }
    visit.change(|account, _| account.sources.retain(|source| source.id.to_string() != id));
    frame.to(&visit.path("pipelines"))
}
