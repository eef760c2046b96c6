//! The whole life of an account: access given, kept alive, lost and given again; channels refused and connected;
//! leaving, coming back, and what is left of it in the end.

mod channels;
pub(crate) mod erase;
mod grants;
mod leaving;
mod operator;

pub(crate) use erase::everything;

use std::time::Duration;

use entity::{alert, oauth_grant, source, tenant, tenant_channel};
use parom_tests::settings::{CLIENT_ID, HOST};
use parom_tests::{Line, Reply, World, answer, cookie_of, state_of};
use reqwest::Method;
use sea_orm::ColumnTrait;
use sea_orm::QueryFilter;
use simulator::crm::{Fault, LogDirection, Part};
use uuid::Uuid;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The account's row.
async fn row(world: &World, tenant_id: Uuid) -> tenant::Model {
    parom::tenant::load(world.app().store.read(), tenant_id).await.unwrap().unwrap()
}

/// Who gave access, by the user's id.
async fn grants(world: &World, tenant_id: Uuid) -> Vec<oauth_grant::Model> {
    let mut found = oauth_grant::Entity::of_tenant(tenant_id).all(world.app().store.read()).await.unwrap();
    found.sort_by_key(|grant| grant.crm_user_id);
    found
}

/// The account's only channel.
async fn channel(world: &World, tenant_id: Uuid) -> tenant_channel::Model {
    tenant_channel::Entity::of_tenant(tenant_id).one(world.app().store.read()).await.unwrap().unwrap()
}

async fn source_of(world: &World, line: &Line) -> source::Model {
    let found = source::Entity::of_tenant(line.tenant_id).filter(source::Column::Id.eq(line.source_id));
    found.one(world.app().store.read()).await.unwrap().unwrap()
}

/// Kinds of open alarms.
async fn alarms(world: &World, tenant_id: Uuid) -> Vec<String> {
    let open = parom::alert::open(world.app().store.read(), tenant_id).await.unwrap();
    open.into_iter().map(|alert: alert::Model| alert.kind).collect()
}

pub(crate) async fn status(world: &World) -> String {
    world.tenant(HOST).await.unwrap()["status"].as_str().unwrap().to_owned()
}

/// What the background task would do now.
async fn round(world: &World) -> usize {
    world.visits_accounts().await
}

fn wait(world: &World, seconds: u64) {
    world.advance(Duration::from_secs(seconds));
}

/// A call in the account's name.
pub(crate) async fn pipelines(world: &World, tenant_id: Uuid) -> Reply {
    world.api.get(&format!("/api/v1/tenants/{tenant_id}/pipelines")).await
}

/// Requests that came to amoCRM.
pub(crate) fn calls(world: &World) -> usize {
    world.sandbox.requests().iter().filter(|request| request.direction == LogDirection::In).count()
}

pub(crate) fn refreshes(world: &World) -> usize {
    world.sandbox.token_calls().iter().filter(|call| call.grant_type == "refresh_token").count()
}

/// A user's id, by the name that the sandbox gives.
fn user(world: &World, name: &str) -> i64 {
    world.sandbox.users(HOST).into_iter().find(|user| user.name == name).unwrap().id
}

/// A user of the account allows access in a browser that brings this cookie.
async fn allows(world: &World, user_id: i64, state: &str, cookie: &str) -> Reply {
    let code = world.sandbox.issue_code_for(HOST, "main", user_id);
    let path = format!("/oauth/callback?code={code}&state={state}&referer={HOST}&client_id={CLIENT_ID}");
    let request = world.api.anonymous(Method::GET, &path).header("Accept-Language", "en").header("Cookie", cookie);
    answer(request).await
}

/// The same from the beginning.
async fn consents(world: &World, user_id: i64) -> Reply {
    let begun = world.owner(HOST).opens_install().await;
    allows(world, user_id, &state_of(&begun.is_redirect()), &cookie_of(&begun)).await.is(200)
}

/// The access in use dies: amoCRM has renewed it and its answer is lost.
async fn access_dies(world: &World, tenant_id: Uuid) {
    world.sandbox.expire_access_tokens(HOST);
    world.sandbox.faults().next(Part::Token, 1, Fault::LostAnswer);
    pipelines(world, tenant_id).await;
    pipelines(world, tenant_id).await;
}
