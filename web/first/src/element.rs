//! What `<page-walk>` has, for programs: types for TypeScript, and a custom-elements manifest. What can be chosen is what there is.

use std::fmt::Write as _;

use pagewalk::Revision;
use scenario::link::Grain;
use scenario::{Held, Library};

/// An attribute, which is a property as well: its name, its values if they are a list, and what it says.
struct Attribute {
    name: &'static str,
    values: Values,
    about: &'static str,
}

enum Values {
    /// One of the names of a type.
    Of(&'static str),
    /// One of these.
    Each(&'static [&'static str]),
    /// Any text.
    Text,
    /// A number.
    Number,
}

const ATTRIBUTES: [Attribute; 13] = [
    Attribute { name: "scenario", values: Values::Of("Scenario"), about: "Which walk." },
    Attribute { name: "machine", values: Values::Of("Machine"), about: "On which page tables." },
    Attribute { name: "kernel", values: Values::Of("Kernel"), about: "Under the rules of which kernel." },
    Attribute {
        name: "lock",
        values: Values::Of("Lock"),
        about: "How the caller holds the lock of the walked mm.",
    },
    Attribute {
        name: "init",
        values: Values::Of("Lock"),
        about: "How it holds that of init_mm, where another mm is walked.",
    },
    Attribute { name: "by", values: Values::Of("Grain"), about: "What a step is." },
    Attribute {
        name: "link",
        values: Values::Text,
        about: "A link, instead of scenario, machine and kernel.",
    },
    Attribute { name: "race", values: Values::Of("Race"), about: "A race, instead of a walk." },
    Attribute {
        name: "compare",
        values: Values::Of("Kernel"),
        about: "The walk beside the same under the rules of this kernel.",
    },
    Attribute {
        name: "lesson",
        values: Values::Text,
        about: "A lesson, by its name, and after a slash the number of its stop.",
    },
    Attribute { name: "step", values: Values::Number, about: "The step that is shown, from 0." },
    Attribute {
        name: "controls",
        values: Values::Each(&["full", "minimal", "none"]),
        about: "What there is to press.",
    },
    Attribute { name: "theme", values: Values::Each(&["auto", "light", "dark"]), about: "Its colours." },
];

/// What can only be read: name, type, what it says.
const READ: [(&str, &str, &str); 4] = [
    ("last", "number | undefined", "The last step, once the walk is live."),
    ("sentence", "string | undefined", "What the step says."),
    ("playing", "boolean", "Whether it plays."),
    ("href", "string", "The link to the step."),
];

const METHODS: [(&str, &str, &str); 5] = [
    ("next", "", "One step on."),
    ("previous", "", "One step back."),
    ("seek", "step: number", "To a step; to the last one if there are fewer."),
    ("play", "", "Plays."),
    ("pause", "", "Rests."),
];

const EVENTS: [(&str, &str); 6] = [
    ("ready", "The first step is drawn."),
    ("step", "Another step is shown, or all steps are known."),
    ("marker", "A step is shown with which another kind of steps begins."),
    ("end", "The last step is shown."),
    ("answer", "The question of a lesson has been answered."),
    ("leave", "A person has given the keys back."),
];

/// The names that a type has.
fn names() -> [(&'static str, Vec<&'static str>); 6] {
    let library = Library::first(&callers::ABOUTS);
    let own = library.scenarios().map(|of| of.id);
    let later = library.later().iter().map(|of| of.id);
    [
        ("Scenario", own.chain(later).collect()),
        ("Machine", pgtable::MODELS.iter().map(|of| of.id).collect()),
        ("Kernel", Revision::ALL.iter().map(|of| of.id()).collect()),
        ("Lock", Held::ALL.iter().map(|of| of.id()).collect()),
        ("Race", races::RACES.iter().map(|of| of.id).collect()),
        ("Grain", Grain::ALL.iter().map(|of| of.id()).collect()),
    ]
}

fn union(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(" | ")
}

fn type_of(values: &Values) -> String {
    match values {
        Values::Of(name) => format!("{name} | null"),
        Values::Each(names) => format!("{} | null", union(names)),
        Values::Text => "string | null".to_owned(),
        Values::Number => "number".to_owned(),
    }
}

/// `page-walk.d.ts`.
pub(crate) fn types() -> String {
    let mut text =
        String::from("// Made by Pagewalk's build. docs/embedding.md says how the element is used.\n\n");
    for (name, names) in names() {
        let _ = writeln!(text, "export type {name} = {};", union(&names));
    }
    text.push_str(
        "\n/** What an event says of the step that is shown. */\nexport interface Shown {\n    step: number;\n    last: number;\n    \
         complete: boolean;\n    sentence: string;\n    kind: string;\n    playing: boolean;\n    href: string;\n}\n\n\
         /** And whether a question was answered rightly. */\nexport interface Answered extends Shown {\n    right: boolean;\n}\n\n\
         export interface PageWalkEventMap extends HTMLElementEventMap {\n",
    );
    for (name, about) in EVENTS {
        let of = match name {
            "leave" => "CustomEvent<null>",
            "answer" => "CustomEvent<Answered>",
            _ => "CustomEvent<Shown>",
        };
        let _ = writeln!(text, "    /** {about} */\n    {name}: {of};");
    }
    text.push_str("}\n\nexport declare class PageWalk extends HTMLElement {\n");
    for Attribute { name, values, about } in &ATTRIBUTES {
        let _ = writeln!(text, "    /** {about} */\n    {name}: {};", type_of(values));
    }
    for (name, of, about) in READ {
        let _ = writeln!(text, "    /** {about} */\n    readonly {name}: {of};");
    }
    for (name, takes, about) in METHODS {
        let _ = writeln!(text, "    /** {about} */\n    {name}({takes}): void;");
    }
    for way in ["add", "remove"] {
        let _ = writeln!(
            text,
            "    {way}EventListener<K extends keyof PageWalkEventMap>(type: K, listener: (event: PageWalkEventMap[K]) => unknown, \
             options?: boolean | {}EventListenerOptions): void;",
            if way == "add" { "Add" } else { "" }
        );
    }
    text.push_str("}\n\ndeclare global {\n    interface HTMLElementTagNameMap {\n        \"page-walk\": PageWalk;\n    }\n}\n");
    text
}

/// `custom-elements.json`, of version 1.0.0 of the format.
pub(crate) fn manifest() -> String {
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let attribute = |of: &Attribute| {
        let text = match &of.values {
            Values::Of(name) => union(
                &names().into_iter().find(|(known, _)| known == name).map(|of| of.1).unwrap_or_default(),
            ),
            Values::Each(names) => union(names),
            Values::Text => "string".to_owned(),
            Values::Number => "number".to_owned(),
        };
        let text = text.replace('"', "'");
        format!(
            r#"{{"name":"{0}","fieldName":"{0}","type":{{"text":"{text}"}},"description":"{1}"}}"#,
            of.name, of.about
        )
    };
    let field = |name: &str, of: &str, about: &str, only: &str| {
        format!(
            r#"{{"kind":"field","name":"{name}","type":{{"text":"{of}"}},"description":"{about}"{only}}}"#
        )
    };
    let mut members: Vec<String> = ATTRIBUTES
        .iter()
        .map(|of| field(of.name, &type_of(&of.values).replace('"', "'"), of.about, ""))
        .collect();
    members.extend(READ.iter().map(|(name, of, about)| field(name, of, about, r#","readonly":true"#)));
    members.extend(METHODS.iter().map(|(name, takes, about)| {
        let takes = takes
            .split_once(": ")
            .map(|(name, of)| format!(r#"{{"name":"{name}","type":{{"text":"{of}"}}}}"#));
        format!(
            r#"{{"kind":"method","name":"{name}","parameters":[{}],"description":"{about}"}}"#,
            takes.unwrap_or_default()
        )
    }));
    let events = EVENTS.map(|(name, about)| {
        format!(r#"{{"name":"{name}","type":{{"text":"CustomEvent"}},"description":"{about}"}}"#)
    });
    let parts = ["caption", "say", "tables", "entry", "locks", "transport"]
        .map(|name| format!(r#"{{"name":"{name}"}}"#));
    format!(
        r#"{{"schemaVersion":"1.0.0","modules":[{{"kind":"javascript-module","path":"page-walk.js","declarations":[{{"kind":"class","customElement":true,"name":"PageWalk","tagName":"page-walk","description":"A walk of Linux's page tables, step by step.","superclass":{{"name":"HTMLElement"}},"attributes":{},"members":{},"events":{},"cssParts":{},"slots":[{{"name":"","description":"What is shown until the walk is live: a figure."}}]}}],"exports":[{{"kind":"custom-element-definition","name":"page-walk","declaration":{{"name":"PageWalk","module":"page-walk.js"}}}}]}}]}}"#,
        list(ATTRIBUTES.iter().map(attribute).collect()),
        list(members),
        list(events.to_vec()),
        list(parts.to_vec()),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn script() -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../page/page-walk.js");
        fs::read_to_string(path).expect("the script of the element")
    }

    #[test]
    fn attributes_are_those_of_the_script() {
        let script = script();
        let list = |name: &str| -> Vec<String> {
            let of =
                script.split(&format!("const {name} = [")).nth(1).and_then(|rest| rest.split(']').next());
            of.expect("a list").split(", ").map(|name| name.trim_matches('"').to_owned()).collect()
        };
        let own: Vec<String> = [list("CHOICES"), list("OTHERS")].concat();
        assert_eq!(own, ATTRIBUTES.map(|of| of.name));
        // Whoever names a machine and no scenario gets the first one.
        assert!(script.contains(&format!("choices[0] ||= \"{}\"", scenario::library::FIRST.id)));
    }

    #[test]
    fn members_and_events_are_those_of_the_script() {
        let script = script();
        for (name, takes, _) in METHODS {
            let takes = takes.split(':').next().unwrap_or_default();
            assert!(script.contains(&format!("\n        {name}({takes}) {{")), "{name}");
        }
        for (name, ..) in READ {
            assert!(script.contains(&format!("        get {name}() {{")), "{name}");
        }
        for (name, _) in EVENTS {
            let says = [format!("say(\"{name}\""), format!("CustomEvent(\"{name}\")")];
            assert!(says.iter().any(|of| script.contains(of)), "{name}");
        }
    }

    #[test]
    fn what_can_be_chosen_is_what_there_is() {
        let types = types();
        for name in [
            "\"debug-init-mm\"",
            "\"hvo-optimize\"",
            "\"x86_64-4level\"",
            "\"v7.3\"",
            "\"other-read\"",
            "\"actions\"",
            "race: Race | null",
            "answer: CustomEvent<Answered>",
        ] {
            assert!(types.contains(name), "{name}");
        }
        let manifest = manifest();
        assert_eq!(manifest.matches('{').count(), manifest.matches('}').count());
        assert!(manifest.contains(r#""tagName":"page-walk""#) && !manifest.contains('\n'));
    }
}
