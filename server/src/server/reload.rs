//! A configuration that was read again while the process serves (SIGHUP): what can change without a restart changes, what
//! cannot is named, and a mistake changes nothing.

use base::config::{Config, ConfigError};
use base::telemetry;
use domain::integrations;
use domain::platform::PlatformContext;
use domain::tenant::channels;

/// Uses the integrations, channels, plans and log filter of a configuration; false if it could not be read.
pub async fn reload(app: &PlatformContext, read: Result<Config, ConfigError>) -> bool {
    let new = match read {
        Ok(new) => new,
        Err(error) => {
            tracing::error!(%error, "the configuration was read again and has a mistake; the present one stays in use");
            return false;
        }
    };
    app.config.plans.follow(&new.plans);
    app.config.plan_list.follow(&new.plan_list);
    telemetry::set_log_filter(new.telemetry.log.as_deref());
    let before = app.integrations.of_file();
    integrations::use_file(app, &new).await;
    // As after a change of a stored one: accounts get channels that they may have now.
    for one in app.integrations.of_file() {
        let was = before.iter().find(|was| was.name == one.name);
        if was.is_some_and(|was| format!("{was:?}") == format!("{one:?}")) {
            continue;
        }
        if let Err(error) = channels::offer_all(app, &one.name).await {
            tracing::warn!(integration = one.name, %error, "channels are offered to the accounts at their next visit only");
        }
    }
    let later = app.config.changes(&new).later;
    if later.is_empty() {
        tracing::info!("the configuration was read again and is in use");
    } else {
        let keys = later.join(", ");
        tracing::warn!(keys, "the configuration was read again; these keys take effect at the next start");
    }
    true
}
