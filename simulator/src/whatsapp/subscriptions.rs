//! Where webhooks go: `/{waba}/subscribed_apps`, and `webhook_configuration` of a number. Each address is verified before it
//! counts.

use serde_json::{Value, json};

use super::options::{Options, WhatsApp};
use super::tokens::Grant;
use crate::graph::{Answered, Params, Refusal, bad, ensure, handshake, no_object, success};
use crate::kit::{Core, Id};

/// The verified address in a body; none if it has none.
async fn target(core: &Core<Options>, given: &Value) -> Result<Option<String>, Refusal> {
    let text = |name: &str| given[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let Some(url) = text("override_callback_uri") else { return Ok(None) };
    let verify_token = text("verify_token").ok_or_else(|| bad("The parameter verify_token is required."))?;
    let is_web = url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    ensure(is_web, || bad("Param override_callback_uri must be a valid URI"))?;
    handshake(core, &url, &verify_token).await?;
    Ok(Some(url))
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
    let app = |(id, target): (&String, &Option<String>)| {
        let name = &state.own.apps.get(id)?.name;
        let link = format!("https://www.facebook.com/games/?app_id={id}");
        let mut one = json!({"whatsapp_business_api_data": {"id": id, "link": link, "name": name}});
        if let Some(target) = target {
            one["override_callback_uri"] = json!(target);
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
