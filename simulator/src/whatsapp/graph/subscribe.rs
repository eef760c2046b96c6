//! `/{app}/subscriptions` and `/{waba}/subscribed_apps`.

use serde_json::{Value, json};

use super::{
    call::Call,
    error::{Answered, GraphError, ensure, success},
    handshake,
};
use crate::whatsapp::{
    core::Core,
    state::{Grant, Override, State},
};

/// `POST /{app}/subscriptions`: sets the app's callback and its fields; the callback is verified at once.
pub(super) async fn set(core: &Core, grant: &Grant, call: &Call, app: &str) -> Answered {
    // Only the app's own token may do this.
    ensure(grant.wabas.is_none() && grant.app == app, || {
        GraphError::new(400, 15, "(#15) This method must be called with an app access_token.")
    })?;
    ensure(call.needed("object")? == "whatsapp_business_account", || {
        GraphError::parameter("Param object must be one of {WHATSAPP_BUSINESS_ACCOUNT}")
    })?;
    let target = Override { url: call.needed("callback_url")?, verify_token: call.needed("verify_token")? };
    let fields = call.needed("fields")?;
    handshake::verify(core, &target).await?;
    core.change(|state| {
        if let Some(app) = state.apps.get_mut(app) {
            app.callback = Some(target);
            app.fields = fields.split(',').map(|one| one.trim().to_owned()).collect();
        }
    });
    success()
}

/// `GET /{app}/subscriptions`.
pub(super) fn list(state: &State, app: &str) -> Answered {
    let app = state.apps.get(app).ok_or_else(|| GraphError::no_object("get", app))?;
    let field = |name: &String| json!({"name": name, "version": "v26.0"});
    let data: Vec<Value> = app
        .callback
        .iter()
        .map(|callback| {
            json!({
                "object": "whatsapp_business_account",
                "callback_url": callback.url,
                "active": true,
                "fields": app.fields.iter().map(field).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(json!({"data": data}))
}

/// The override in a body: both fields or none.
pub(super) fn override_of(given: &Value) -> Result<Option<Override>, GraphError> {
    let text = |name: &str| given[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    match (text("override_callback_uri"), text("verify_token")) {
        (None, _) => Ok(None),
        (Some(_), None) => Err(GraphError::parameter("The parameter verify_token is required.")),
        (Some(url), Some(verify_token)) => Ok(Some(Override { url, verify_token })),
    }
}

/// `POST /{waba}/subscribed_apps`: subscribes the token's app, with or without an override address.
pub(super) async fn subscribe(core: &Core, grant: &Grant, call: &Call, waba: &str) -> Answered {
    let target = override_of(&Value::Object(call.values.clone()))?;
    if let Some(target) = &target {
        handshake::verify(core, target).await?;
    }
    core.change(|state| {
        if let Some(waba) = state.wabas.get_mut(waba) {
            waba.subscribed.insert(grant.app.clone(), target);
        }
    });
    success()
}

/// `DELETE /{waba}/subscribed_apps`.
pub(super) fn unsubscribe(state: &mut State, grant: &Grant, waba: &str) -> Answered {
    if let Some(waba) = state.wabas.get_mut(waba) {
        waba.subscribed.remove(&grant.app);
    }
    success()
}

/// `GET /{waba}/subscribed_apps`.
pub(super) fn subscribed(state: &State, waba: &str) -> Answered {
    let known = state.wabas.get(waba).ok_or_else(|| GraphError::no_object("get", waba))?;
    let apps = known.subscribed.iter().filter_map(|(id, target)| {
        let app = state.apps.get(id)?;
        let link = format!("https://www.facebook.com/games/?app_id={id}");
        let mut one = json!({"whatsapp_business_api_data": {"id": id, "link": link, "name": app.name}});
        if let Some(target) = target {
            one["override_callback_uri"] = json!(target.url);
        }
        Some(one)
    });
    Ok(json!({"data": apps.collect::<Vec<Value>>()}))
}
