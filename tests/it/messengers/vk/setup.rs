//! What a community's token may do.

use parom_tests::once;
use serde_json::json;
use simulator::vk::{Fault, NewCommunity};

use super::{Community, VkWorld};
use crate::messengers::played::Played;

/// VK need not report what a token may do; a token that it does not accept is refused.
async fn rights_that_vk_does_not_report_are_no_reason_to_refuse(world: &mut VkWorld) {
    let asked = "groups.getTokenPermissions";
    for (number, code) in [1, 3, 6, 10, 23, 100].into_iter().enumerate() {
        let ids = Community::sets_up(&world.messenger);
        world.messenger.faults().next(asked, 1, Fault::refuse(200, code, ""));
        let settings = Community::settings(&world.messenger, &ids);
        world.asks_for_source("vk", "Acme", &format!("vk-{number}"), settings).await.is(201);
        world.messenger.faults().clear();
    }
    let ids = Community::sets_up(&world.messenger);
    world.messenger.faults().next(asked, 1, Fault::HtmlPage { status: 502 });
    let settings = Community::settings(&world.messenger, &ids);
    world.asks_for_source("vk", "Acme", "vk-page", settings).await.is(201);
    world.messenger.faults().clear();
    let ids = Community::sets_up(&world.messenger);
    world.messenger.faults().until_cleared(asked, Fault::refuse(200, 5, ""));
    let settings = Community::settings(&world.messenger, &ids);
    world.asks_for_source("vk", "Acme", "vk-refused", settings).await.is(422);
}

async fn a_missing_right_is_named(world: &mut VkWorld) {
    let rights = vec!["manage", "photos", "docs", "wall"];
    let made = world.messenger.add_community(NewCommunity { rights, ..NewCommunity::default() });
    let settings = json!({ "group_id": made.id, "access_token": made.token });
    let refused = world.asks_for_source("vk", "Acme", "vk-1", settings).await.is(422);
    let said = &refused.json["errors"][0];
    assert_eq!(said["pointer"], "/settings/access_token");
    assert!(said["detail"].as_str().unwrap().contains("messages"), "{said}");
}

/// Weather is no refusal, whichever call it meets.
async fn weather_while_a_source_is_checked_is_no_refusal(world: &mut VkWorld) {
    let ids = Community::sets_up(&world.messenger);
    let settings = Community::settings(&world.messenger, &ids);
    world.messenger.faults().until_cleared("groups.getCallbackServers", Fault::HtmlPage { status: 502 });
    let away = world.asks_for_source("vk", "Acme", "vk-1", settings.clone()).await.is(503);
    assert!(!away.header("retry-after").is_empty(), "{}", away.text);
    world.messenger.faults().clear();
    world.asks_for_source("vk", "Acme", "vk-1", settings).await.is(201);
}

once!(
    rights_that_vk_does_not_report_are_no_reason_to_refuse,
    a_missing_right_is_named,
    weather_while_a_source_is_checked_is_no_refusal,
);
