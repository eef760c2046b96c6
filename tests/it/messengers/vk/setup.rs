//! What a community's token may do, and how many servers a community has.

use doubles::vk::{Fault, NewCommunity, Vk};
use parom_tests::{Simulated, once};
use serde_json::json;

use super::{Community, VkWorld, called};
use crate::messengers::played::Played;

/// VK need not tell what a token may do; a token that it does not accept is refused.
async fn rights_that_vk_does_not_tell_refuse_nobody(world: &mut VkWorld) {
    let asked = "groups.getTokenPermissions";
    for (number, code) in [1, 3, 6, 10, 23, 100].into_iter().enumerate() {
        let ids = Community::sets_up(&world.messenger);
        world.messenger.faults().refuse(asked, code);
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
    world.messenger.faults().until_cleared(asked, Fault::Refuse { code: 5, text: String::new() });
    let settings = Community::settings(&world.messenger, &ids);
    world.asks_for_source("vk", "Acme", "vk-refused", settings).await.is(422);
}

async fn a_right_that_is_missing_is_named(world: &mut VkWorld) {
    let rights = vec!["manage", "photos", "docs", "wall"];
    let made = world.messenger.add_community(NewCommunity { rights, ..NewCommunity::default() });
    let settings = json!({ "group_id": made.id, "access_token": made.token });
    let refused = world.asks_for_source("vk", "Acme", "vk-1", settings).await.is(422);
    assert!(refused.text.contains("messages"), "{}", refused.text);
    assert!(Community::hooks(&world.messenger, &super::Ids { community: made.id, maria: 0 }).is_empty());
}

fn adds_server(vk: &Vk, (community, token): (i64, &str), number: usize) {
    let url = format!("{}/method/groups.addCallbackServer", vk.address());
    let server = format!("url=https%3A%2F%2Fcrm{number}.example%2Fhook&title=CRM");
    called(url, format!("access_token={token}&v=5.199&group_id={community}&{server}"));
}

/// A community has ten servers; those of other services are left alone.
async fn a_community_without_room_for_a_server_is_refused_in_words(world: &mut VkWorld) {
    let made = world.messenger.add_community(NewCommunity::default());
    for number in 0..10 {
        adds_server(&world.messenger, (made.id, &made.token), number);
    }
    let settings = json!({ "group_id": made.id, "access_token": made.token });
    let refused = world.asks_for_source("vk", "Acme", "vk-1", settings).await;
    assert!([409, 422].contains(&refused.status) && refused.text.contains("10"), "{}", refused.text);
    assert_eq!(world.messenger.servers(made.id).len(), 10);
}

once!(
    rights_that_vk_does_not_tell_refuse_nobody,
    a_right_that_is_missing_is_named,
    a_community_without_room_for_a_server_is_refused_in_words,
);
