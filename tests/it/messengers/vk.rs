//! VK: rights of a token, comments elsewhere than below posts, buttons that are not allowed, group chats.

use parom_tests::{Beside, once};
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::vk::{CommunityView, Fault, NewChat, NewCommunity, NewPerson, Verb};

use crate::contract::out::question;
use crate::contract::{Stage, Vk, special};

type VkWorld = Beside<simulator::vk::Vk>;

fn settings(made: &CommunityView) -> serde_json::Value {
    json!({ "group_id": made.id, "access_token": made.token })
}

/// VK need not report what a token may do; a token that it does not accept is refused.
async fn rights_that_vk_does_not_report_are_no_reason_to_refuse(world: &mut VkWorld) {
    let asked = "groups.getTokenPermissions";
    let refusal = |code| Fault::refuse(200, code, "");
    let faults = [1, 3, 6, 10, 23, 100].map(refusal).into_iter().chain([Fault::HtmlPage { status: 502 }]);
    for (number, fault) in faults.enumerate() {
        let made = world.messenger.add_community(NewCommunity::default());
        world.messenger.faults().next(asked, 1, fault);
        world.asks_for_source("vk", "Acme", &format!("vk-{number}"), settings(&made)).await.is(201);
        world.messenger.faults().clear();
    }
    let made = world.messenger.add_community(NewCommunity::default());
    world.messenger.faults().until_cleared(asked, refusal(5));
    world.asks_for_source("vk", "Acme", "vk-refused", settings(&made)).await.is(422);
    world.messenger.faults().clear();
    let rights = vec!["manage", "photos", "docs", "wall"];
    let made = world.messenger.add_community(NewCommunity { rights, ..NewCommunity::default() });
    let refused = world.asks_for_source("vk", "Acme", "vk-missing", settings(&made)).await.is(422);
    let said = &refused.json["errors"][0];
    assert_eq!(said["pointer"], "/settings/access_token");
    assert!(said["detail"].as_str().unwrap().contains("messages"), "{said}");
    // Weather is no refusal, whichever call it meets.
    let made = world.messenger.add_community(NewCommunity::default());
    world.messenger.faults().until_cleared("groups.getCallbackServers", Fault::HtmlPage { status: 502 });
    let away = world.asks_for_source("vk", "Acme", "vk-away", settings(&made)).await.is(503);
    assert!(!away.header("retry-after").is_empty(), "{}", away.text);
    world.messenger.faults().clear();
}

/// VK lets communities answer in public below posts alone, and some have no buttons.
async fn comments_elsewhere_are_answered_in_private(stage: &mut Stage) {
    stage.chats().await;
    let community = stage.only::<Vk>().community;
    for (on, id, word) in [("photo", 5, "photo"), ("video", 6, "video"), ("item", 7, "product")] {
        stage.does(stage.customer(Verb::Send).to(on, id).text(word)).await;
        let comment = stage.last();
        assert_eq!(comment.text, word);
        let url = comment.payload["message"]["post"]["url"].as_str().unwrap_or_default();
        assert!(url.contains(&format!("{word}-{community}_")), "{url}");
        let said = stage.manager(HookMessage::text("Да").answering_comment(&comment.id)).await;
        stage.world.deliver_to_the_end().await;
        let (code, words) = stage.failure(&said);
        assert!(code == 905 && words.contains("Ответьте лично"), "{code} {words}");
    }
    assert_eq!(stage.says_one(HookMessage::text("Лично")).await.text, "Лично");
    // Without bot features, buttons are words.
    let vk = stage.only::<Vk>();
    vk.vk.set_features(vk.community, true, false);
    let sent = stage.says_one(question()).await;
    assert!(sent.buttons.is_empty() && sent.text.contains("Yes") && sent.text.contains("No"), "{sent:?}");
}

/// A person who commented and never wrote has no dialogue.
async fn a_person_who_only_commented_cannot_be_written_to_in_private(stage: &mut Stage) {
    stage.connects().await;
    stage.messenger.comments("Цена?").unwrap();
    stage.arrives().await;
    stage.fails((904, "Попросите его сначала написать")).await;
}

/// Everything up to the last read message is read.
async fn reading_counts_up_to_a_message(stage: &mut Stage) {
    stage.chats().await;
    let mut said = Vec::new();
    for text in ["one", "two", "three"] {
        said.push(stage.manager(HookMessage::text(text)).await);
        stage.world.deliver_all().await;
    }
    let second = stage.messenger.sent()[1].id.clone();
    stage.does(stage.customer(Verb::Read).message(second)).await;
    let told: Vec<_> = said.iter().map(|one| stage.statuses(one)).collect();
    assert_eq!(told, [vec![1, 2], vec![1, 2], vec![1]]);
}

async fn a_group_chat_is_one_conversation(stage: &mut Stage) {
    stage.chats().await;
    let Vk { vk, community, maria } = stage.only::<Vk>();
    let other = vk.add_person(NewPerson { first_name: "Pavel".into(), ..NewPerson::default() });
    let new = NewChat { title: "Project".to_owned(), community: *community, members: vec![*maria, other] };
    let room = vk.add_chat(new);
    for (who, text) in [(*maria, "When?"), (other, "Soon?")] {
        vk.customer(who, *community).at("chat", room).writes(text).unwrap();
    }
    stage.arrives().await;
    let came = stage.at_crm().split_off(1);
    assert_eq!(came.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["When?", "Soon?"]);
    assert_eq!(came[0].chat_id, came[1].chat_id);
    assert_ne!(came[0].sender_id, came[1].sender_id);
    stage.line().manager_sends(&stage.world, &room.to_string(), HookMessage::text("Tomorrow")).await;
    stage.world.deliver_all().await;
    let Vk { vk, community, .. } = stage.only::<Vk>();
    assert_eq!(vk.dialogue(*community, room)[2].text, "Tomorrow");
    stage.arrives().await;
    assert_eq!(stage.at_crm().len(), 3);
}

once!(rights_that_vk_does_not_report_are_no_reason_to_refuse);
special!(vk: a_person_who_only_commented_cannot_be_written_to_in_private, comments_elsewhere_are_answered_in_private);
special!(vk: a_group_chat_is_one_conversation, reading_counts_up_to_a_message);
