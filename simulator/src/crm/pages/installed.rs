//! Accounts, consent, the integrations of an account, and their sources in the Digital Pipeline.

use std::sync::Arc;

use askama::Template;

use super::frame::{Frame, Place, Shell, Visit, origin, render};
use crate::crm::config::IntegrationConfig;
use crate::crm::core::Core;
use crate::crm::exchange::is_host;
use crate::crm::installation;
use crate::crm::state::{Account, Pipeline, Source, State};
use crate::kit::{Answer, Call};

#[derive(Template)]
#[template(path = "crm/accounts.html")]
struct AccountsPage<'a> {
    frame: &'a Frame,
    accounts: Vec<&'a Account>,
}

/// `GET /`.
pub(super) fn accounts(core: &Core, frame: &Frame) -> Answer {
    core.read(|state| render(200, &AccountsPage { frame, accounts: state.accounts.values().collect() }, ""))
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
    state: Option<&'a str>,
    accounts: Vec<&'a Account>,
}

impl ConsentPage<'_> {
    /// Who would give the access.
    fn by(&self, account: &Account) -> String {
        let (name, role) = account.user(account.signed_in).map_or(("", ""), |user| {
            (user.name.as_str(), self.frame.t(if user.is_admin { "administrator" } else { "manager" }))
        });
        self.frame.fill_both("consent_by", name, role)
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
        let page = ConsentPage { frame, integration, state: call.query("state"), accounts };
        // Browsers apply `form-action` to redirects after a form too, so the redirect's origin must be in it.
        render(200, &page, &origin(&core.redirect_uri(integration)).unwrap_or_default())
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
            code.and_then(|code| installation::decided(core, integration, Some((host, &code)), state))
        }
        _ => installation::decided(core, integration, None, state),
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
    rows: Vec<IntegrationRow>,
}

struct IntegrationRow {
    name: String,
    /// The widget's own name, as on the page of the integration; without a widget the integration's.
    title: String,
    code: String,
    state: &'static str,
    tone: &'static str,
    about: String,
    logo: Option<String>,
    href: Option<String>,
    own_page: Option<String>,
    active: bool,
}

fn integration_row(visit: &Visit<'_>, state: &State, account: &Account, one: &IntegrationConfig) -> IntegrationRow {
    let frame = &visit.frame;
    let installed = account.installed.get(&one.client_id);
    let active = installed.is_some_and(|installed| installed.active);
    let widget = state.widgets.get(&one.client_id);
    let code = state.widget_code(one);
    let (key, tone) = match installed {
        Some(_) if active => ("state_installed", "ok"),
        Some(_) => ("state_disabled", "warn"),
        None => ("state_new", "wait"),
    };
    let own_page = widget.filter(|widget| active && widget.is_in("advanced_settings"));
    IntegrationRow {
        title: widget.map_or(one.name.as_str(), |widget| widget.text(frame.user_language, "/widget/name")).to_owned(),
        name: one.name.clone(),
        state: frame.t(key),
        tone,
        about: widget.map_or_else(
            || frame.t("no_widget").to_owned(),
            |widget| frame.fill_both("archive_version", &widget.code, &widget.version),
        ),
        logo: widget.map(|_| visit.path(&format!("widgets/{code}/images/logo_small.png"))),
        href: widget.map(|_| frame.link(&visit.path(&format!("settings/widgets/{code}")))),
        own_page: own_page.map(|_| frame.link(&visit.path(&format!("settings/{code}")))),
        active,
        code,
    }
}

/// `GET /accounts/{host}/marketplace`.
pub(super) fn marketplace(visit: &Visit<'_>) -> Answer {
    visit.show(Place::Marketplace, |state, shell| {
        let integrations = visit.core.integrations.iter();
        let rows = integrations.map(|one| integration_row(visit, state, shell.account, one)).collect();
        Some(render(200, &MarketplacePage { frame: &visit.frame, shell, rows }, ""))
    })
}

/// `POST /accounts/{host}/install` and `…/revoke`: installs as from the marketplace, or disables.
pub(super) async fn install(visit: &Visit<'_>, what: &str) -> Answer {
    let core: &Arc<Core> = visit.core;
    let integration = visit.field("integration");
    match what {
        "install" => installation::install(core, visit.host, integration).await,
        _ => installation::revoke(core, visit.host, integration).await,
    };
    visit.frame.to(&visit.path("marketplace"))
}

/// `POST /accounts/{host}/archive`: the raw zip; 422 with the reason if it is refused.
pub(super) fn upload(visit: &Visit<'_>) -> Answer {
    let asked = |name| visit.call.query(name).unwrap_or_default();
    match visit.core.upload_widget(asked("integration"), asked("code"), &visit.call.body) {
        Ok(()) => Answer::empty(204),
        Err(error) => Answer::new(422, "text/plain; charset=utf-8", format!("{error:#}")),
    }
}

/// An integration's data for the page of pipelines.
struct Known {
    client_id: String,
    name: String,
    code: String,
    has_widget: bool,
    can_be_added: bool,
}

#[derive(Template)]
#[template(path = "crm/pipelines.html")]
struct PipelinesPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    integrations: Vec<Known>,
    can_add: bool,
}

impl PipelinesPage<'_> {
    fn sources(&self, pipeline: &Pipeline) -> Vec<&Source> {
        self.shell.account.sources.iter().filter(|source| source.pipeline_id == pipeline.id).collect()
    }

    fn owner(&self, source: &Source) -> Option<&Known> {
        self.integrations.iter().find(|one| one.client_id == source.client_id)
    }

    fn href(&self, source: &Source) -> Option<String> {
        let owner = self.owner(source).filter(|one| one.has_widget)?;
        let path =
            format!("/accounts/{}/settings/widgets/{}?source={}", self.shell.account.host, owner.code, source.id);
        Some(self.frame.link(&path))
    }

    fn is_by_crm(&self, source: &Source) -> bool {
        self.owner(source).is_some_and(|one| one.code == source.external_id)
    }

    fn target(&self, path: &str, id: &i64, action: &str) -> String {
        self.frame.link(&format!("/accounts/{}/{path}/{id}/{action}", self.shell.account.host))
    }
}

/// `GET /accounts/{host}/pipelines`: the Digital Pipeline with its sources panel.
pub(super) fn pipelines(visit: &Visit<'_>) -> Answer {
    visit.show(Place::Pipelines, |state, shell| {
        let known = |one: &IntegrationConfig| {
            let widget = state.widgets.get(&one.client_id);
            let is_active = shell.account.has_active(&one.client_id);
            Known {
                client_id: one.client_id.clone(),
                name: one.name.clone(),
                code: state.widget_code(one),
                has_widget: widget.is_some(),
                can_be_added: is_active && widget.is_some_and(|widget| widget.is_in("lead_sources")),
            }
        };
        let integrations: Vec<Known> = visit.core.integrations.iter().map(known).collect();
        let can_add = integrations.iter().any(|one| one.can_be_added);
        Some(render(200, &PipelinesPage { frame: &visit.frame, shell, integrations, can_add }, ""))
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
            let is_there = account.pipelines.iter().any(|pipeline| pipeline.id.to_string() == id);
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
