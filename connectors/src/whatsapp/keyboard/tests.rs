use base::message::Section;

use super::*;

const ID: Uuid = Uuid::from_u128(0x0190_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001);

fn button(text: &str, url: Option<&str>) -> Button {
    Button { text: text.to_owned(), url: url.map(str::to_owned) }
}

fn texts(texts: &[&str]) -> Markup {
    Markup::Buttons(texts.iter().map(|text| vec![button(text, None)]).collect())
}

fn made(markup: &Markup) -> Vec<Interactive> {
    match choices(ID, markup, Words::new(Language::En)) {
        Choices::Interactive(made) => made,
        Choices::Lines(lines) => panic!("{lines}"),
    }
}

fn lines(markup: &Markup) -> String {
    match choices(ID, markup, Words::new(Language::En)) {
        Choices::Lines(lines) => lines,
        other @ Choices::Interactive(_) => panic!("{other:?}"),
    }
}

/// The form of buttons with these labels: `button`, `list`, or the lines.
#[test]
fn more_or_longer_buttons_are_rows_and_then_lines() {
    let answers = |count: usize| (0..count).map(|number| format!("Answer {number}")).collect::<Vec<_>>();
    let form = |labels: &[String]| {
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        match choices(ID, &texts(&labels), Words::new(Language::En)) {
            Choices::Interactive(made) => made[0].kind.to_owned(),
            Choices::Lines(lines) => lines,
        }
    };
    let labels = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    for (labels, wanted) in [
        (labels(&["Yes", "No", "twenty characters ok"]), "button"),
        (answers(4), "list"),
        (labels(&["twenty-one characters"]), "list"),
        (answers(10), "list"),
        (
            labels(&["Yes", "a label that is too long for any place"]),
            "1. Yes\n2. a label that is too long for any place",
        ),
        // Meta takes no title twice.
        (labels(&["Yes", "Yes"]), "1. Yes\n2. Yes"),
        (labels(&[" "]), ""),
    ] {
        assert_eq!(form(&labels), wanted, "{labels:?}");
    }
    assert!(form(&answers(11)).starts_with("1. Answer 0\n2. Answer 1\n"));
    let markup = texts(&["Yes", "No", "twenty characters ok"]);
    let last = &made(&markup)[0].action["buttons"][2]["reply"];
    let pressed = PressedButton::read(last["id"].as_str().unwrap()).unwrap();
    assert_eq!(pressed.choice(&markup).unwrap().text, "twenty characters ok", "a press leads back");
    let mixed = Markup::Buttons(vec![
        vec![button("Shop", Some("https://acme.test")), button(" ", None)],
        vec![button("No", None)],
    ]);
    assert_eq!(lines(&mixed), "Shop – https://acme.test\n2. No");
    let named = |number: usize| numbered_button(&mixed, number).map(|button| button.text);
    assert_eq!((named(0), named(1), named(2)), (None, None, Some("No".into())), "a link is no answer");
}

fn row(id: &str, title: &str, description: &str) -> Row {
    Row { id: id.to_owned(), title: title.to_owned(), description: description.to_owned() }
}

fn list(sections: Vec<Section>) -> Markup {
    Markup::List(List {
        header: "Pick a service".into(),
        body: "Choose one below".into(),
        footer: "Acme".into(),
        button: "Services".into(),
        sections,
    })
}

#[test]
fn interactive_messages_have_metas_form() {
    let rows = vec![row("k7Qp2Zx1", "Delivery", "1-2 days"), row("k8", "Pick up", "")];
    let list = list(vec![Section { title: "Available".into(), rows }]);
    let list_form = json!({
        "type": "list",
        "header": { "type": "text", "text": "Pick a service" },
        "body": { "text": "Choose one below" },
        "footer": { "text": "Acme" },
        "action": { "button": "Services", "sections": [{ "title": "Available", "rows": [
            { "id": "k7Qp2Zx1", "title": "Delivery", "description": "1-2 days" }, { "id": "k8", "title": "Pick up" } ] }] },
    });
    let link = Markup::Buttons(vec![vec![button("Shop", Some("https://acme.test"))]]);
    let link_form = json!({ "type": "cta_url", "body": { "text": "" }, "action": {
        "name": "cta_url", "parameters": { "display_text": "Shop", "url": "https://acme.test" } } });
    for (markup, form) in [(list, list_form), (link, link_form)] {
        let [only] = <[Interactive; 1]>::try_from(made(&markup)).unwrap();
        assert_eq!(only.object(None), form);
    }
}

#[test]
fn a_row_that_meta_would_shorten_is_found_by_our_id() {
    let long = "Delivery to another town by truck";
    let markup = list(vec![Section {
        title: "A title of a section that is long".into(),
        rows: vec![row("k1", long, ""), row("k2", "Pick up", "")],
    }]);
    let [only] = <[Interactive; 1]>::try_from(made(&markup)).unwrap();
    let section = &only.action["sections"][0];
    let first = &section["rows"][0];
    assert_eq!((first["title"].as_str().unwrap(), first["description"].as_str()), ("Delivery to another…", Some(long)));
    assert_eq!(section["title"], "A title of a section…");
    let choice = PressedButton::read(first["id"].as_str().unwrap()).unwrap().choice(&markup).unwrap();
    assert_eq!((choice.text.as_str(), choice.callback_data.as_deref()), (long, Some("k1")));
    assert_eq!(section["rows"][1]["id"], "k2");
    let twice = list(vec![Section { title: String::new(), rows: vec![row("k", "One", ""), row("k", "Two", "")] }]);
    let ids = &made(&twice)[0].action["sections"][0]["rows"];
    assert_ne!(ids[0]["id"], ids[1]["id"]);
}

#[test]
fn a_list_beyond_ten_rows_is_several() {
    let rows = |from: usize, to: usize| {
        (from..to).map(|number| row(&format!("k{number}"), &format!("Row {number}"), "")).collect()
    };
    let markup = list(vec![
        Section { title: "A".into(), rows: rows(0, 7) },
        Section { title: String::new(), rows: rows(7, 14) },
    ]);
    let made = made(&markup);
    let count = |message: &Interactive| {
        let sections = message.action["sections"].as_array().unwrap();
        sections.iter().map(|section| section["rows"].as_array().unwrap().len()).collect::<Vec<_>>()
    };
    assert_eq!(made.iter().map(count).collect::<Vec<_>>(), [vec![7, 3], vec![4]]);
    assert_eq!(made[0].action["sections"][1]["title"], "–", "with several sections each has a title");
    assert!(made.iter().all(|message| !message.body.is_empty()));
    let headers: Vec<bool> = made.iter().map(|message| message.header.is_some()).collect();
    let footers: Vec<bool> = made.iter().map(|message| message.footer.is_some()).collect();
    assert_eq!((headers, footers), (vec![true, false], vec![false, true]));
}

#[test]
fn text_too_long_for_its_field_is_moved_to_the_body() {
    let header = "h".repeat(61);
    let list = List {
        header: header.clone(),
        body: "Body".into(),
        sections: vec![Section { title: String::new(), rows: vec![row("k", "One", "")] }],
        ..List::default()
    };
    let [only] = <[Interactive; 1]>::try_from(made(&Markup::List(list))).unwrap();
    assert_eq!((only.header, only.body), (None, format!("{header}\n\nBody")));
    assert_eq!(lines(&Markup::List(List::default())), "");
}
