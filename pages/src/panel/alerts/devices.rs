//! Browsers that show the reader's alerts.

use actix_web::{HttpRequest, web};
use base::error::{Error, Result};
use base::i18n::{Sentence, Words};
use domain::alert_notices::notice::Channel;
use domain::alert_notices::push;
use domain::alert_notices::push::public_key;
use domain::alert_notices::push::{MOST_DEVICES, NotSubscribed, Subscription};
use domain::alert_notices::readers::{self, Preference, Reader};
use domain::identity::realm::agent;
use domain::identity::throttle::{self, Limit};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::HERE;
use super::mine::keep;
use crate::panel::{Answer, AppData, EmptyForm, Form, Member, Notice, PanelContext};

/// Subscriptions a minute.
const ADDED: Limit = Limit { most: 10, window: 60_000 };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriptionForm {
    endpoint: String,
    p256dh: String,
    auth: String,
}

/// What the page shows of them.
pub(super) struct DevicesView {
    /// The key for which a browser subscribes.
    pub key: String,
    pub rows: Vec<DeviceRow>,
}

pub(super) struct DeviceRow {
    pub id: Uuid,
    /// By which the page's script finds its own browser.
    pub hash: String,
    pub name: String,
    pub since: i64,
}

pub(super) async fn view(app: &PanelContext, me: &Reader) -> Result<DevicesView> {
    let row = |device: &entity::alert_device::Model| DeviceRow {
        id: device.id,
        hash: device.endpoint_hash.clone(),
        name: device.name.clone(),
        since: device.created_at,
    };
    Ok(DevicesView { key: public_key(&app.alert_notices).await?, rows: me.devices.iter().map(row).collect() })
}

/// `POST /panel/alerts/devices`: the subscription of this browser.
pub(super) async fn add(app: AppData, member: Member, request: HttpRequest, form: Form<SubscriptionForm>) -> Answer {
    let person_id = member.own_id()?;
    let words = member.words;
    let failed = async |text: Sentence| member.see_other(&app, HERE, Notice::failed(text)).await;
    if throttle::count(&app.identity, &format!("alert-device:{person_id}"), ADDED).await?.is_err() {
        return failed(words.text("alerts-push-wait")).await;
    }
    let Some(subscription) = Subscription::reported(&form.endpoint, &form.p256dh, &form.auth) else {
        return failed(words.text("alerts-push-damaged")).await;
    };
    let name = browser(agent(&request), words);
    match push::add_device(&app.alert_notices, person_id, &subscription, &name).await {
        Ok(()) => {}
        Err(NotSubscribed::TooMany) => return failed(words.text("alerts-push-most").with("most", MOST_DEVICES)).await,
        Err(NotSubscribed::Refused(refused)) => {
            let said = refused.text().in_words(words, member.crm());
            return failed(words.text("said-quoted").with("text", said)).await;
        }
        Err(NotSubscribed::Failed(error)) => return Err(error.into()),
    }
    let detail = json!({ "name": name });
    member.audit(&app, app.store.write(), "alert.device_added", &person_id.to_string(), detail).await?;
    let me = readers::one(app.store.read(), member.tenant_id, person_id).await?;
    if let Some(me) = me.filter(|me| !me.push.on) {
        // Viewers get nothing until they ask for it, and this asks.
        let choice = Preference { on: true, ..me.push.clone() };
        keep(&app, &member, &me, Channel::Push, &choice).await?;
    }
    member.see_other(&app, HERE, Notice::done(words.text("alerts-push-added").with("name", name))).await
}

/// `POST /panel/alerts/devices/{id}/remove`
pub(super) async fn remove(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let person_id = member.own_id()?;
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    let mine = push::devices_of(app.store.read(), [person_id]).await?;
    let name = mine.into_iter().find(|device| device.id == id).map(|device| device.name).ok_or(Error::NotFound)?;
    if !push::remove_device(app.store.write(), person_id, id).await? {
        return Err(Error::NotFound);
    }
    let detail = json!({ "name": name });
    member.audit(&app, app.store.write(), "alert.device_removed", &person_id.to_string(), detail).await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("alerts-push-removed").with("name", name))).await
}

/// A browser by its `User-Agent`: `Firefox, Windows`.
fn browser(agent: &str, words: Words) -> String {
    const PROGRAMS: [(&str, &str); 7] = [
        ("YaBrowser/", "Yandex Browser"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let found =
        |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    let names: Vec<&str> = [found(&PROGRAMS), found(&SYSTEMS)].into_iter().flatten().collect();
    if names.is_empty() { words.text("alerts-push-browser").to_string() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn browsers_have_the_names_that_people_know() {
        let of = |agent: &str| browser(agent, Words::new(Language::En));
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(of(windows), "Chrome, Windows");
        assert_eq!(of(&format!("{windows} Edg/140.0.0.0")), "Edge, Windows");
        assert_eq!(of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox, Linux");
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(of(iphone), "Safari, iOS");
        assert_eq!(of("curl/8"), "Browser");
    }
}
