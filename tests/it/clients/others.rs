//! Clients whose authors recorded what production answered them: what they send passes, and they understand the
//! answers.

use serde_json::{Value, json};
use simulator::crm::{Direction, Sandbox};

use super::{BOT, CHANNEL, CHANNEL_SECRET, Client, HOST, account, folder, installed, seen_by};

/// The account's amojo id, and that of a user who writes in chats.
fn ids(sandbox: &Sandbox) -> (String, String) {
    let account = sandbox.accounts().remove(0);
    let user = account.users.iter().find_map(|user| user.amojo_id.clone()).unwrap();
    (account.amojo_id, user)
}

fn texts(sandbox: &Sandbox) -> Vec<(Direction, String)> {
    sandbox.messages(HOST).into_iter().map(|one| (one.direction, one.text)).collect()
}

/// S2, S7, S8: by amojo's ids alone, as its README has it.
#[tokio::test]
async fn amojowrapper_writes_and_edits_by_amojos_ids_alone() {
    let Some(python) = installed("PAROM_TEST_PYTHON") else {
        return;
    };
    let sandbox = account().await;
    let (account_id, user_id) = ids(&sandbox);
    let given = [
        ("sandbox", sandbox.url()),
        ("account-id", &account_id),
        ("channel-id", CHANNEL),
        ("channel-secret", CHANNEL_SECRET),
        ("user-id", &user_id),
    ];
    let mut client = Client::start(&python, &folder("python"), "amojo.py", &given);
    let seen = client.line().await;
    client.ends_well().await;

    assert_eq!(seen["scope_id"], json!(format!("{CHANNEL}_{account_id}")));
    for (message, sender) in [("incoming", &seen["person"]), ("outgoing", &json!(user_id)), ("edited", &seen["person"])]
    {
        assert_eq!(
            (&seen[message]["conversation_id"], &seen[message]["sender_id"]),
            (&seen["chat"], sender),
            "{message}: {seen}"
        );
    }
    assert_eq!(seen["edited"]["msgid"], seen["incoming"]["msgid"]);
    assert_eq!(
        texts(&sandbox),
        [(Direction::Incoming, "1".to_owned()), (Direction::Imported, "outgoing chat message".to_owned())]
    );
    let mut history: Vec<&str> =
        seen["history"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    history.sort_unstable();
    assert_eq!(history, ["1", "outgoing chat message"]);
    assert_eq!(sandbox.messages(HOST)[0].reactions, [(user_id, "👍".to_owned())]);
    assert!(sandbox.problems().is_empty(), "{:?}", sandbox.problems());
    sandbox.stop().await;
}

/// S6: the sample of amotop that was recorded as 200 three times over.
#[tokio::test]
async fn amotop_plays_the_conversation_that_production_took() {
    let Some(node) = installed("PAROM_TEST_NODE_CLIENTS") else {
        return;
    };
    let sandbox = account().await;
    let (account_id, user_id) = ids(&sandbox);
    let more =
        [("channel-id", CHANNEL), ("channel-secret", CHANNEL_SECRET), ("user-id", user_id.as_str()), ("bot-id", BOT)];
    let seen = seen_by(&node, "amotop.mjs", &sandbox, &more).await;

    assert_eq!(seen["account"], json!(account_id));
    let chat = &seen["chat"]["id"];
    assert_eq!(seen["chat"]["user"].as_object().map(serde_json::Map::len), Some(1), "an id and no more: {seen}");
    assert_eq!((&seen["attached"]["chat_id"], &seen["attached"]["contact_id"]), (chat, &seen["contact"]));
    let answers: Vec<(&Value, &Value)> =
        seen["answers"].as_array().unwrap().iter().map(|one| (&one["conversation_id"], &one["sender_id"])).collect();
    assert_eq!((answers.len(), answers[0], answers[1]), (3, (chat, &json!(user_id)), (chat, &json!(BOT))));
    assert_eq!(answers[2].0, chat);
    let wanted = ["from user text message", "from bot text message", "from contact text message"];
    let said: Vec<String> = texts(&sandbox).into_iter().map(|(_, text)| text).collect();
    assert_eq!(said, wanted);
    assert_eq!(seen["history"].as_array().map(Vec::len), Some(3));
    assert_eq!((&seen["statuses"], &seen["fields"]), (&json!(4), &json!(["PHONE", "EMAIL", "POSITION"])));
    sandbox.stop().await;
}
