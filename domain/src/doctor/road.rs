//! The road from a new integration to the marketplace (docs/marketplace.md): what proves each step, and which is next.
//!
//! ```text
//! integration ─▶ installed ─▶ archive ─▶ channel ─▶ connected ─▶ first_source ─▶ message ─▶ published
//! ```
//!
//! amoCRM is asked with the access of one account, the first that installed the integration: two calls, and one for each
//! channel.

use std::time::Duration;

use amocrm::Error as CrmError;
use amocrm::rest::{Rest, Source, Widget};
use base::clock::Clock;
use base::config::{Integration, base};
use base::i18n::LocalizedText;
use base::store::{Store, VENDOR};
use base::vault::Vault;
use entity::{install_call, oauth_grant, source, tenant, tenant_channel};
use reqwest::Client;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::{Check, Status, outside, reasons};
use crate::tenant::{ChannelStatus, account_base, allowed_host, error_text, grant};

/// How long amoCRM may take for a call.
const WITHIN: Duration = Duration::from_secs(5);
/// How many of the first accounts are looked at for one in which messages go.
const FIRST: u64 = 5;

/// A step.
#[derive(Clone, Debug)]
pub struct RoadStep {
    /// The name of its checks.
    pub name: &'static str,
    /// Empty: it can be proved only after an earlier one.
    pub checks: Vec<Check>,
}

impl RoadStep {
    /// The worst of its checks. None: it cannot be proved yet.
    pub fn status(&self) -> Option<Status> {
        self.checks.iter().map(|check| check.status).max()
    }
}

/// The road of an integration, as far as it is seen.
#[derive(Clone, Debug)]
pub struct Road {
    pub steps: Vec<RoadStep>,
}

/// Database and key, once they are there.
#[derive(Clone, Copy)]
pub struct RoadRecords<'run> {
    pub store: &'run Store,
    pub vault: &'run Vault,
}

/// What a road is looked at with.
#[derive(Clone, Copy)]
pub struct RoadInspector<'run> {
    pub public_url: &'run Url,
    pub http: &'run Client,
    pub clock: &'run Clock,
    /// Without them only the configuration is looked at.
    pub records: Option<RoadRecords<'run>>,
}

/// The account whose access is used.
struct OwnAccount {
    tenant: tenant::Model,
    grant: Option<oauth_grant::Model>,
    sources: Vec<source::Model>,
    /// How many accounts have the integration, counted up to [`FIRST`].
    accounts: usize,
}

impl OwnAccount {
    /// A source that a message or a test has proved.
    fn proved(&self) -> Option<&source::Model> {
        self.sources.iter().find(|source| source.proved_at.is_some())
    }
}

/// What amoCRM answered.
struct Answers {
    /// None: no code is configured.
    widget: Option<Result<Option<Widget>, CrmError>>,
    sources: Result<Vec<Source>, CrmError>,
}

impl Answers {
    /// amoCRM refuses the account's sources. An administrator's rights are known by the list of users, which external
    /// integrations may not read either.
    fn refuses_sources(&self, own: &OwnAccount) -> bool {
        let is_admin = own.grant.as_ref().is_some_and(|grant| grant.is_admin);
        !is_admin && matches!(&self.sources, Err(error) if error.status() == Some(403))
    }

    fn has_no_archive(&self) -> bool {
        matches!(self.widget, None | Some(Ok(None)))
    }
}

/// Whether nothing of the road is left, as the database shows: a message went through a source of one of the first
/// accounts, and if a channel is for everybody, another account installed the integration.
pub async fn is_at_its_end(store: &Store, integration: &Integration) -> Result<bool, DbErr> {
    let own = own_account(store, integration).await?;
    Ok(own.is_some_and(|own| own.proved().is_some() && (own.accounts > 1 || !is_for_all(integration))))
}

fn is_for_all(integration: &Integration) -> bool {
    integration.channels.iter().any(|channel| channel.public)
}

fn widget_code(integration: &Integration) -> Option<&str> {
    integration.widget.as_ref()?.code.as_deref().filter(|code| !code.is_empty())
}

async fn own_account(store: &Store, integration: &Integration) -> Result<Option<OwnAccount>, DbErr> {
    let db = store.read();
    let first = tenant::Entity::find()
        .filter(tenant::Column::Integration.eq(integration.name.as_str()))
        .filter(tenant::Column::Status.is_not_in(["uninstalled", "disconnected"]))
        .order_by_asc(tenant::Column::TenantId)
        .limit(FIRST)
        .all(db)
        .await?;
    let accounts = first.len();
    let mut own = None;
    for tenant in first {
        let sources = source::Entity::of_tenant(tenant.tenant_id).filter(source::Column::DeletedAt.is_null());
        let sources = sources.all(db).await?;
        let is_proved = sources.iter().any(|source| source.proved_at.is_some());
        if is_proved || own.is_none() {
            let grant = grant::in_use(db, tenant.tenant_id).await?;
            own = Some(OwnAccount { tenant, grant, sources, accounts });
        }
        if is_proved {
            break;
        }
    }
    Ok(own)
}

/// The last installation that is refused, also while it is repeated; one begun by a browser at our own page before those
/// that anybody may claim.
async fn failed_call(store: &Store, integration: &Integration) -> Result<Option<install_call::Model>, DbErr> {
    install_call::Entity::of_tenant(VENDOR)
        .filter(install_call::Column::Integration.eq(integration.name.as_str()))
        .filter(install_call::Column::Error.ne(""))
        .order_by_desc(install_call::Column::Trust)
        .order_by_desc(install_call::Column::Id)
        .one(store.read())
        .await
}

impl RoadInspector<'_> {
    /// Looks at the road of one integration.
    pub async fn road(&self, integration: &Integration) -> Result<Road, DbErr> {
        let mut steps = vec![RoadStep { name: "integration", checks: vec![self.integration(integration)] }];
        let mut add = |name, checks| steps.push(RoadStep { name, checks });
        let own = match self.records {
            Some(records) => own_account(records.store, integration).await?,
            None => None,
        };
        let (Some(own), Some(records)) = (own, self.records) else {
            let missing = match self.records {
                Some(records) => vec![self.not_installed(integration, failed_call(records.store, integration).await?)],
                None => Vec::new(),
            };
            add("installed", missing);
            add("archive", uncoded(integration).into_iter().collect());
            add("channel", self.channels(integration).await);
            for name in ["connected", "first_source", "message"] {
                add(name, Vec::new());
            }
            if is_for_all(integration) {
                add("published", Vec::new());
            }
            return Ok(Road { steps });
        };
        let answers = self.ask(records, integration, &own).await;
        let archive = archive(integration, &own, &answers);
        let has_archive = archive.as_ref().is_some_and(|check| check.status == Status::Ok);
        let sources = first_source(integration, &own, &answers).filter(|_| has_archive || !own.sources.is_empty());
        add("installed", vec![self.installed(integration, &own, &answers)]);
        add("archive", archive.into_iter().collect());
        add("channel", self.channels(integration).await);
        add("connected", connected(records.store, integration, &own).await?);
        add("first_source", sources.into_iter().collect());
        add("message", message(&own).into_iter().collect());
        if is_for_all(integration) {
            add("published", published(integration, &own).into_iter().collect());
        }
        Ok(Road { steps })
    }

    fn integration(&self, integration: &Integration) -> Check {
        let detail = LocalizedText::new("doctor-integration-ok").with("integration", integration.name.as_str());
        let detail = detail.with("redirect", integration.redirect_uri(self.public_url));
        Check::ok("integration", detail.with("revoke", format!("{}/oauth/revoked", base(self.public_url))))
    }

    fn not_installed(&self, integration: &Integration, failed: Option<install_call::Model>) -> Check {
        let text = |key| LocalizedText::new(key).with("integration", integration.name.as_str());
        let check = match failed {
            Some(call) => {
                let detail = text("doctor-installed-failed").with("host", call.host);
                let detail = detail.with("reason", LocalizedText::stored(&call.error));
                Check::warn("installed", detail, "doctor-installed-failed-fix")
            }
            None => Check::warn("installed", text("doctor-installed-none"), "doctor-installed-none-fix"),
        };
        self.with_addresses(check, integration).remedied("step", 3)
    }

    fn with_addresses(&self, check: Check, integration: &Integration) -> Check {
        let name: String = form_urlencoded::byte_serialize(integration.name.as_bytes()).collect();
        let address = format!("{}/oauth/install?integration={name}", base(self.public_url));
        check.remedied("address", address).remedied("redirect", integration.redirect_uri(self.public_url))
    }

    fn installed(
        &self,
        integration: &Integration,
        own: &OwnAccount,
        answers: &Result<Answers, LocalizedText>,
    ) -> Check {
        let text = |key| {
            let text = LocalizedText::new(key).with("integration", integration.name.as_str());
            text.with("host", own.tenant.host.as_str()).with("account", own.tenant.account_id.to_string())
        };
        let refused = answers.as_ref().ok().filter(|answers| answers.refuses_sources(own));
        match refused {
            Some(answers) if answers.has_no_archive() => {
                let (detail, remedy) = (text("doctor-installed-external"), "doctor-installed-external-fix");
                Check::fail("installed", detail, remedy).remedied("step", 1)
            }
            Some(_) => {
                let check = Check::warn("installed", text("doctor-installed-user"), "doctor-installed-user-fix");
                self.with_addresses(check, integration).remedied("step", 3)
            }
            None => Check::ok("installed", text("doctor-installed-ok")),
        }
    }

    /// Asks amoCRM; an error says why it cannot be asked.
    async fn ask(
        &self,
        records: RoadRecords<'_>,
        integration: &Integration,
        own: &OwnAccount,
    ) -> Result<Answers, LocalizedText> {
        let quoted = |error: anyhow::Error| LocalizedText::quoted(format!("{error:#}"));
        let grant = own.grant.as_ref().filter(|grant| !grant.dead);
        let grant = grant.ok_or_else(|| LocalizedText::new("said-no-grant"))?;
        if grant.expires_at <= self.clock.millis() {
            return Err(LocalizedText::new("doctor-asked-expired"));
        }
        let token = grant::open_access(records.vault, grant).map_err(|error| reasons::of_vault(&error))?;
        let host = allowed_host(integration, &own.tenant.host).map_err(quoted)?;
        let address = account_base(integration, &host).map_err(quoted)?;
        let rest = Rest::new(self.http.clone(), address.as_str()).map_err(|error| error_text(&error))?;
        let rest = rest.with_total_time(WITHIN);
        let widget = match widget_code(integration) {
            Some(code) => Some(rest.widget(&token, code).await),
            None => None,
        };
        Ok(Answers { widget, sources: rest.sources(&token, &[]).await })
    }

    /// Whether amoCRM accepts the signature of each channel.
    async fn channels(&self, integration: &Integration) -> Vec<Check> {
        if integration.channels.is_empty() {
            let detail = LocalizedText::new("doctor-channel-none").with("integration", integration.name.as_str());
            let check = Check::warn("channel", detail, "doctor-channel-none-fix");
            return vec![check.remedied("integration", integration.name.as_str()).remedied("step", 5)];
        }
        let mut checks = Vec::new();
        for channel in &integration.channels {
            checks.extend(outside::signature(integration, channel, self.http, self.clock).await);
        }
        checks
    }
}

/// What to say if no widget's code is configured.
fn uncoded(integration: &Integration) -> Option<Check> {
    let detail = LocalizedText::new("doctor-archive-code").with("integration", integration.name.as_str());
    let check = Check::warn("archive", detail, "doctor-archive-code-fix").remedied("step", 4);
    widget_code(integration).is_none().then_some(check)
}

/// The archive at amoCRM. None if the integration cannot have one.
fn archive(integration: &Integration, own: &OwnAccount, answers: &Result<Answers, LocalizedText>) -> Option<Check> {
    const NAME: &str = "archive";
    let (Some(code), Some(ours)) = (widget_code(integration), &integration.widget) else { return uncoded(integration) };
    let text = |key| {
        let text = LocalizedText::new(key).with("code", code).with("host", own.tenant.host.as_str());
        text.with("version", ours.version.as_str())
    };
    let remedied = |check: Check| check.remedied("integration", integration.name.as_str()).remedied("step", 4);
    let answers = match answers {
        Ok(answers) if answers.refuses_sources(own) && answers.has_no_archive() => return None,
        Ok(answers) => answers,
        Err(reason) => return Some(unasked(NAME, own, reason.clone())),
    };
    let widget = match answers.widget.as_ref()? {
        Ok(Some(widget)) => widget,
        Ok(None) => return Some(remedied(Check::warn(NAME, text("doctor-archive-none"), "doctor-archive-none-fix"))),
        Err(error) => return Some(unasked(NAME, own, error_text(error))),
    };
    let others = widget.client_uuid.as_deref().filter(|id| !id.eq_ignore_ascii_case(&integration.client_id));
    let there = widget.version.as_deref().filter(|version| *version != ours.version);
    let check = if let Some(other) = others {
        let detail = text("doctor-archive-other").with("client", other);
        Check::fail(NAME, detail, "doctor-archive-other-fix").remedied("own", integration.client_id.as_str())
    } else if widget.is_lead_source == Some(false) {
        Check::fail(NAME, text("doctor-archive-locations"), "doctor-archive-locations-fix")
    } else if let Some(there) = there {
        let check =
            Check::warn(NAME, text("doctor-archive-version").with("there", there), "doctor-archive-version-fix");
        let name = integration.name.as_str();
        return Some(check.remedied("there", there).remedied("integration", name).remedied("step", 9));
    } else if widget.is_active == Some(false) {
        Check::warn(NAME, text("doctor-archive-off"), "doctor-archive-off-fix")
            .remedied("host", own.tenant.host.as_str())
    } else {
        Check::ok(NAME, text("doctor-archive-ok"))
    };
    Some(remedied(check))
}

fn unasked(name: &'static str, own: &OwnAccount, reason: LocalizedText) -> Check {
    let detail = LocalizedText::new("doctor-asked-wrong").with("host", own.tenant.host.as_str());
    Check::warn(name, detail.with("reason", reason), "doctor-asked-wrong-fix")
}

/// Whether the account's channels are connected.
async fn connected(store: &Store, integration: &Integration, own: &OwnAccount) -> Result<Vec<Check>, DbErr> {
    const NAME: &str = "connected";
    let rows = tenant_channel::Entity::of_tenant(own.tenant.tenant_id).all(store.read()).await?;
    let check = |id: &str| {
        let row = rows.iter().find(|row| Uuid::try_parse(id).is_ok_and(|id| id == row.channel_id));
        let status = row.and_then(|row| ChannelStatus::parse(&row.status)).unwrap_or(ChannelStatus::Disconnected);
        let text = |key| {
            let text = LocalizedText::new(key).with("host", own.tenant.host.as_str());
            text.with("account", own.tenant.account_id.to_string()).with("channel", id)
        };
        let one = match row.filter(|row| !row.detail.is_empty()) {
            Some(row) => text("doctor-channel-one-because").with("reason", LocalizedText::stored(&row.detail)),
            None => text("doctor-channel-one"),
        };
        let wrong = |key, remedy| Check::warn(NAME, LocalizedText::new(key).with("items", one), remedy);
        match status {
            ChannelStatus::Connected => Check::ok(NAME, text("doctor-connected-ok")),
            ChannelStatus::NotAllowed => wrong("doctor-channels-not_allowed", "doctor-connected-not_allowed-fix")
                .remedied("account", own.tenant.account_id.to_string())
                .remedied("step", 6),
            ChannelStatus::Misconfigured => wrong("doctor-channels-misconfigured", "doctor-channels-misconfigured-fix"),
            ChannelStatus::Disconnected => wrong("doctor-channels-disconnected", "doctor-channels-disconnected-fix"),
        }
    };
    Ok(integration.channels.iter().map(|channel| check(&channel.id)).collect())
}

/// The account's sources at amoCRM. That "Multiple sources" is off shows only by the source that amoCRM then makes, whose
/// external id is the widget's code.
fn first_source(
    integration: &Integration,
    own: &OwnAccount,
    answers: &Result<Answers, LocalizedText>,
) -> Option<Check> {
    const NAME: &str = "first_source";
    let text = |key| LocalizedText::new(key).with("host", own.tenant.host.as_str());
    let sources = match answers.as_ref().ok()?.sources.as_ref() {
        Ok(sources) => sources,
        Err(error) => return Some(unasked(NAME, own, error_text(error))),
    };
    let code = widget_code(integration);
    let itself = sources.iter().find(|source| code.is_some() && source.external_id.as_deref() == code);
    Some(match itself {
        Some(itself) => {
            let detail = text("doctor-first_source-own").with("source", itself.name.as_str());
            Check::warn(NAME, detail, "doctor-first_source-own-fix").remedied("step", 7)
        }
        None if own.sources.is_empty() => {
            Check::warn(NAME, text("doctor-first_source-none"), "doctor-first_source-none-fix").remedied("step", 7)
        }
        None => Check::ok(NAME, text("doctor-first_source-ok").with("count", own.sources.len())),
    })
}

/// Whether a message or a test went through a source. None without sources.
fn message(own: &OwnAccount) -> Option<Check> {
    const NAME: &str = "message";
    let of = |source: &source::Model, key| {
        LocalizedText::new(key).with("source", source.name.as_str()).with("host", own.tenant.host.as_str())
    };
    if let Some(source) = own.proved() {
        return Some(Check::ok(NAME, of(source, "doctor-message-ok")));
    }
    let first = own.sources.first()?;
    let detail = of(first, "doctor-message-none");
    Some(Check::warn(NAME, detail, "doctor-sources-unproved-fix").remedied("step", 8))
}

/// Whether another account than the vendor's own has the integration. None before messages go.
fn published(integration: &Integration, own: &OwnAccount) -> Option<Check> {
    const NAME: &str = "published";
    own.proved()?;
    let text = |key| LocalizedText::new(key).with("integration", integration.name.as_str());
    Some(if own.accounts > 1 {
        Check::ok(NAME, text("doctor-published-ok"))
    } else {
        Check::warn(NAME, text("doctor-published-none"), "doctor-published-none-fix").remedied("step", 11)
    })
}
