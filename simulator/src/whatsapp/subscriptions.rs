//! Where webhooks go: `/{app}/subscriptions`, `/{waba}/subscribed_apps`, and `webhook_configuration` of a number. Each
//! address is verified before it counts.

use serde_json::{Value, json};

use super::options::{Options, Target, WhatsApp};
use super::tokens::Grant;
use crate::graph::{Answered, Params, Refusal, bad, ensure, handshake, no_object, subscription, success};
use crate::kit::{Core, Id};

/// `POST /{app}/subscriptions`: sets the app's callback and its fields.
pub(super) async fn set(core: &Core<Options>, grant: &Grant, params: &Params<'_>, app: &str) -> Answered {
    // Only the app's own token may do this.
    ensure(grant.wabas.is_none() && grant.app == app, || {
        Refusal::new(400, 15, None, "(#15) This method must be called with an app access_token.")
    })?;
    ensure(params.needed("object")? == "whatsapp_business_account", || {
        bad("Param object must be one of {WHATSAPP_BUSINESS_ACCOUNT}")
    })?;
    let target = Target { url: params.needed("callback_url")?, verify_token: params.needed("verify_token")? };
    let fields = params.needed("fields")?;
    handshake(core, &target.url, &target.verify_token).await?;
    core.change(|state| {
        if let Some(app) = state.own.apps.get_mut(app) {
            app.callback = Some(target);
            app.fields = fields.split(',').map(|one| one.trim().to_owned()).collect();
        }
    });
    Ok(success())
}

/// `GET /{app}/subscriptions`.
pub(super) fn list(state: &WhatsApp, app: &str) -> Answered {
    let app = state.own.apps.get(app).ok_or_else(|| no_object(app))?;
    let one = |callback: &Target| subscription("whatsapp_business_account", &callback.url, &app.fields);
    Ok(json!({"data": app.callback.iter().map(one).collect::<Vec<_>>()}))
}

/// The verified address in a body; none if it has none.
async fn target(core: &Core<Options>, given: &Value) -> Result<Option<Target>, Refusal> {
    let text = |name: &str| given[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let Some(url) = text("override_callback_uri") else { return Ok(None) };
    let verify_token = text("verify_token").ok_or_else(|| bad("The parameter verify_token is required."))?;
    let is_web = url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    ensure(is_web, || bad("Param override_callback_uri must be a valid URI"))?;
    handshake(core, &url, &verify_token).await?;
    Ok(Some(Target { url, verify_token }))
}

/// `POST /{waba}/subscribed_apps`: subscribes the token's app, with or without an address of its own.
pub(super) async fn subscribe(core: &Core<Options>, grant: &Grant, params: &Params<'_>, waba: &str) -> Answered {
    let target = target(core, &Value::Object(params.values.clone())).await?;
    core.change(|state| state.own.wabas.get_mut(waba).map(|waba| waba.subscribed.insert(grant.app.clone(), target)));
    Ok(success())
}

/// `DELETE /{waba}/subscribed_apps`.
pub(super) fn unsubscribe(state: &mut WhatsApp, grant: &Grant, waba: &str) -> Answered {
    state.own.wabas.get_mut(waba).map(|waba| waba.subscribed.remove(&grant.app));
    Ok(success())
}

/// `GET /{waba}/subscribed_apps`.
pub(super) fn subscribed(state: &WhatsApp, waba: &str) -> Answered {
    let known = state.own.wabas.get(waba).ok_or_else(|| no_object(waba))?;
    let app = |(id, target): (&String, &Option<Target>)| {
        let name = &state.own.apps.get(id)?.name;
        let link = format!("https://www.facebook.com/games/?app_id={id}");
        let mut one = json!({"whatsapp_business_api_data": {"id": id, "link": link, "name": name}});
        if let Some(target) = target {
            one["override_callback_uri"] = json!(target.url);
        }
        Some(one)
    };
    Ok(json!({"data": known.subscribed.iter().filter_map(app).collect::<Vec<Value>>()}))
}

/// `POST /{phone}` with `webhook_configuration`: the number's own address; an empty one removes it.
pub(super) async fn of_phone(core: &Core<Options>, grant: &Grant, params: &Params<'_>, phone: &str) -> Answered {
    let given = params.object("webhook_configuration");
    ensure(given.is_object(), || bad("The parameter webhook_configuration is required."))?;
    let target = target(core, &given).await?;
    core.change(|state| {
        if let Some(phone) = state.own.phones.get_mut(&Id::from(phone)) {
            phone.overrides.remove(&grant.app);
            phone.overrides.extend(target.map(|target| (grant.app.clone(), target)));
        }
    });
    Ok(success())
}
