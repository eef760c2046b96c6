//! Which module of the server may know which.

use std::collections::BTreeMap;

/// Each module of the server with what it may know of the others; none is exempt but those that put everything together.
/// The command line is above all of them.
const ARROWS: &str = "
platform: lookup unknown_callers
lookup:
unknown_callers:
compressed:
cors:
cursor:
settings: platform
job: platform
unregister: job platform settings
brand: platform public_page
alert: platform
rotation: platform
audit: platform
integrations: audit platform tenant
load_shedding: platform unknown_callers
identity: audit brand platform unknown_callers
customer: identity
media: alert platform settings
vendor_events: platform
announcements:
tenant: alert audit job media platform unknown_callers unregister vendor_events
contact: job tenant vendor_events
marketing: contact platform vendor_events
lead_note: contact job tenant
lead_origin: job lead_note tenant
source: alert audit job media platform settings tenant unregister vendor_events
template: alert job media settings source tenant marketing
delivery: alert contact job lookup marketing media platform settings source template tenant
vendor_webhooks: alert delivery::pause platform vendor_events
retention: delivery tenant::emptied tenant::remove
sale: alert alert_notices::webhook audit job lead_origin platform tenant
intake: contact delivery job lead_origin lookup media sale platform settings load_shedding source template tenant marketing
salesbot: delivery intake job source template tenant
route: alert audit contact delivery intake job lead_note lead_origin platform source template tenant vendor_events
missed_hooks: alert delivery intake lookup rotation tenant
takeover: contact delivery intake job settings source template tenant
usage: alert announcements delivery intake media platform load_shedding source tenant
import: audit delivery intake media settings source tenant usage
api_key: audit identity tenant usage
api: api_key audit compressed cursor delivery import intake lookup media public_page route sale source takeover template tenant
    contact marketing
    usage vendor_events vendor_webhooks
webhook_notices: api::sources source usage
webchat: alert compressed cors identity intake lead_note lead_origin lookup media platform public_page::wants_page settings load_shedding source::photos
    unknown_callers
    tenant usage
alert_notices: alert audit delivery identity job platform tenant
alert_checks: alert delivery source tenant usage vendor_events
oauth: identity platform unknown_callers tenant
widget_api: announcements api_key api::request api::sources audit cors customer delivery identity legal platform source
    tenant usage vendor_events
panel: alert alert_notices announcements api_key cursor audit brand contact delivery legal missed_hooks import identity intake
    platform route sale salesbot settings load_shedding source takeover template tenant unregister usage marketing
admin: alert alert_notices announcements cursor audit delivery doctor panel identity integrations missed_hooks
    service_status source takeover tenant usage vendor_events vendor_webhooks
legal: platform public_page
public_page:
service_status: delivery missed_hooks platform public_page source tenant unknown_callers
doctor: alert delivery integrations media missed_hooks own_address rotation source tenant
backup: media
own_address:
http_workers:
cli: admin alert_notices api api_key app audit backup contact customer delivery doctor missed_hooks http_workers import intake identity
    integrations marketing rotation route sale server settings source template tenant unregister
";

/// What each module may know.
pub(super) fn arrows() -> BTreeMap<&'static str, Vec<&'static str>> {
    let (mut arrows, mut module) = (BTreeMap::new(), "");
    for word in ARROWS.split_whitespace() {
        match word.strip_suffix(':') {
            Some(name) => {
                module = name;
                arrows.insert(module, Vec::new());
            }
            None => arrows.entry(module).or_default().push(word),
        }
    }
    arrows
}
