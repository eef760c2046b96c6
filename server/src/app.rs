//! The running application: every module's context, wired together once.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use base::config::Config;
use base::fault::Faults;
use base::rate_limit::RateLimiter;
use base::store::Store;
use base::telemetry;
use base::vault::Vault;
use connectors::Connector;
use tokio::sync::Semaphore;

use crate::alert_notices::AlertNoticeContext;
use crate::announcements::Announced;
use crate::audit::Refusals;
use crate::delivery::DeliveryContext;
use crate::delivery::gauges::LastWaiting;
use crate::delivery::read::report::KeptFacts;
use crate::delivery::slots::Slots;
use crate::identity::{IdentityContext, throttle};
use crate::intake::IntakeContext;
use crate::intake::crm::{LostHooks, account};
use crate::job::JobContext;
use crate::load_shedding::{Load, LoadSheddingContext};
use crate::media::{MediaContext, MediaService};
use crate::oauth::OauthContext;
use crate::panel::PanelContext;
use crate::platform::{PlatformContext, stands_on};
use crate::service_status::{Board, StatusContext};
use crate::source::{ChangeLocks, Observations, SourceContext};
use crate::tenant::{self, TenantContext};
use crate::usage::{RecentKeys, Searches, StorageSums, UsageContext};
use crate::webchat::{Guests, WebchatContext};
use crate::widget_api::{CallerMemory, WidgetContext};

mod jobs;

/// Sources whose calls to their messengers are remembered.
const SOURCES: u64 = 50_000;
/// Rate limits for reading histories that are remembered.
const HISTORIES: u64 = 20_000;

/// The running application. Only the server, the command line and tests know it; modules know their contexts.
pub struct App {
    pub platform: Arc<PlatformContext>,
    pub jobs: Arc<JobContext>,
    pub identity: Arc<IdentityContext>,
    pub files: Arc<MediaContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    pub delivery: Arc<DeliveryContext>,
    pub intake: Arc<IntakeContext>,
    pub usage: Arc<UsageContext>,
    pub alert_notices: Arc<AlertNoticeContext>,
    pub oauth: Arc<OauthContext>,
    pub load_shedding: Arc<LoadSheddingContext>,
    pub webchat: Arc<WebchatContext>,
    pub widget: Arc<WidgetContext>,
    pub panel: Arc<PanelContext>,
    pub status: Arc<StatusContext>,
}

impl App {
    /// Builds the application and starts the writer tasks. The database must be open and migrated.
    pub fn new(config: Config, store: Store, vault: Vault, faults: Faults) -> anyhow::Result<Arc<Self>> {
        Self::with_connectors(config, store, vault, faults, Vec::new())
    }

    /// [`App::new`] with messengers from other crates.
    pub fn with_connectors(
        config: Config,
        store: Store,
        vault: Vault,
        faults: Faults,
        more_connectors: Vec<Arc<dyn Connector>>,
    ) -> anyhow::Result<Arc<Self>> {
        let platform = Arc::new(PlatformContext::new(config, store, vault, faults, more_connectors)?);
        let config = &platform.config;
        let messengers = platform.connectors.kinds().filter_map(|kind| platform.connectors.get(kind));
        let integrations = platform.integrations.all();
        let integrations = integrations.iter().map(|integration| tenant::pool_of(&integration.name));
        telemetry::start_remotes(integrations.chain(messengers.map(|one| one.pool().to_owned())));

        let identity = Arc::new(IdentityContext {
            platform: platform.clone(),
            refusals: Refusals::default(),
            tries: throttle::FullCounters::default(),
            hashing: Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)),
        });
        let media = MediaService::open(&config.media, &platform.http)?;
        let load = Arc::new(Load::new(&config.limits));
        let load_shedding = Arc::new(LoadSheddingContext {
            platform: platform.clone(),
            load: load.clone(),
            upload_buffer: media.buffer(),
        });
        let files = Arc::new(MediaContext { platform: platform.clone(), media });
        let tenants = Arc::new(TenantContext {
            platform: platform.clone(),
            files: files.clone(),
            installs: tenant::install::Overflow::default(),
            crm_skew: tenant::CrmSkew::default(),
            rest_rate_limit: tenant::RestRateLimit::new(platform.store.clone(), config.rates.rest_per_account),
            users: tenant::users::UserLists::default(),
            crm_users: tenant::rights::UserRights::default(),
        });
        let sources = Arc::new(SourceContext {
            platform: platform.clone(),
            files: files.clone(),
            tenants: tenants.clone(),
            source_observations: Observations::default(),
            source_changes: ChangeLocks::default(),
        });
        let delivery = Arc::new(DeliveryContext {
            platform: platform.clone(),
            files: files.clone(),
            tenants: tenants.clone(),
            sources: sources.clone(),
            slots: Slots::default(),
            calls: RateLimiter::new(SOURCES),
            waiting: LastWaiting::default(),
            report_facts: KeptFacts::default(),
        });
        let intake = Arc::new(IntakeContext {
            platform: platform.clone(),
            files: files.clone(),
            tenants: tenants.clone(),
            sources: sources.clone(),
            delivery: delivery.clone(),
            crm_acts: account::Acts::default(),
            lost: LostHooks::default(),
            histories: RateLimiter::new(HISTORIES),
        });
        let usage = Arc::new(UsageContext {
            platform: platform.clone(),
            files: files.clone(),
            tenants: tenants.clone(),
            sources: sources.clone(),
            delivery: delivery.clone(),
            intake: intake.clone(),
            keys: RecentKeys::default(),
            searches: Searches::default(),
            stored: StorageSums::default(),
            announced: Announced::default(),
            load,
        });
        let alert_notices = Arc::new(AlertNoticeContext::new(delivery.clone(), identity.clone()));
        Ok(Arc::new(Self {
            oauth: Arc::new(OauthContext {
                platform: platform.clone(),
                tenants: tenants.clone(),
                identity: identity.clone(),
            }),
            webchat: Arc::new(WebchatContext {
                platform: platform.clone(),
                files: files.clone(),
                tenants: tenants.clone(),
                intake: intake.clone(),
                usage: usage.clone(),
                identity: identity.clone(),
                guests: Guests::new(&config.limits),
            }),
            widget: Arc::new(WidgetContext {
                platform: platform.clone(),
                tenants: tenants.clone(),
                sources: sources.clone(),
                usage: usage.clone(),
                identity: identity.clone(),
                widget: CallerMemory::default(),
            }),
            panel: Arc::new(PanelContext {
                platform: platform.clone(),
                tenants: tenants.clone(),
                sources: sources.clone(),
                delivery: delivery.clone(),
                intake: intake.clone(),
                usage: usage.clone(),
                identity: identity.clone(),
                alert_notices: alert_notices.clone(),
            }),
            jobs: Arc::new(JobContext {
                platform: platform.clone(),
                kinds: jobs::kinds(&platform, &identity, &intake, &usage, &alert_notices),
            }),
            status: Arc::new(StatusContext { platform: platform.clone(), board: Board::default() }),
            platform: platform.clone(),
            identity,
            files,
            tenants,
            sources,
            delivery,
            intake,
            usage,
            alert_notices,
            load_shedding,
        }))
    }

    /// Hands each module's context to its handlers.
    pub fn share(self: &Arc<Self>, web: &mut ServiceConfig) {
        web.app_data(Data::from(self.clone()))
            .app_data(Data::from(self.platform.clone()))
            .app_data(Data::from(self.identity.clone()))
            .app_data(Data::from(self.sources.clone()))
            .app_data(Data::from(self.files.clone()))
            .app_data(Data::from(self.intake.clone()))
            .app_data(Data::from(self.usage.clone()))
            .app_data(Data::from(self.oauth.clone()))
            .app_data(Data::from(self.load_shedding.clone()))
            .app_data(Data::from(self.webchat.clone()))
            .app_data(Data::from(self.widget.clone()))
            .app_data(Data::from(self.panel.clone()))
            .app_data(Data::from(self.status.clone()));
    }
}

stands_on!(App);
