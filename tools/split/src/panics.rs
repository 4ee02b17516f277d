//! Panics that say nothing, and what the page does not use of Yew.
//!
//! A panic is a bug of ours, and ends the page whatever it says. But the words for it, the places in the source, and all
//! that formats them are in every program: some 12 kB of gzip in the first download. Here each call of a function that panics
//! becomes `unreachable`, with what led straight to it; what was named only there is not reachable any more, so that
//! splitting drops it. A build without `--release` keeps its words.
//!
//! The same is done with functions that are in the program but never called in it ([`UNUSED`]). Should one be used some day, the
//! page stops there, in a release only: the tests in a browser run the release.
//!
//! Nothing moves: the bytes that go become `nop`, which wasm-opt removes.

use std::collections::HashSet;
use std::error::Error;
use std::ops::Range;

use wasm_encoder::{CustomSection, Encode, Module, RawSection};
use wasmparser::{
    BinaryReader, FunctionBody, KnownCustom, Name, Operator, Parser, Payload, RelocAddendKind,
    RelocSectionReader, TypeRef,
};

/// `unreachable` and `nop`.
const UNREACHABLE: u8 = 0x00;
const NOP: u8 = 0x01;

/// Where relocations of the code are.
const RELOCATIONS: &str = "reloc.CODE";

/// The functions that only panic, by the beginnings of their paths.
const PANICKING: [&str; 14] = [
    "core::panicking::",
    "std::panicking::begin_panic",
    "std::panicking::panic_handler",
    "std::panicking::panic_with_hook",
    "__rustc::rust_begin_unwind",
    "console_error_panic_hook::hook",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "alloc::raw_vec::capacity_overflow",
];

/// What Yew has and this page does not use, by the beginnings of paths: the linker keeps it, as Yew chooses while it runs. Our elements
/// have no listeners of Yew's (`web/src/events.rs` listens once for all), no raw HTML, portal or suspense. They have no keys, by which
/// some could change places; all have the same list of attributes (`web/src/el.rs`), so that no maps of them are compared; and none is
/// drawn twice, so that none is copied. The names are those of Yew 0.23; where one is another some day, the budget of
/// `cargo xtask size` notices.
const UNUSED: [&str; 15] = [
    "yew::dom_bundle::subtree_root::SubtreeData::add_listener",
    "yew::dom_bundle::subtree_root::BSubtree::ensure_handled",
    "yew::dom_bundle::btag::listeners::ListenerRegistration::register",
    "yew::dom_bundle::braw::",
    "yew::dom_bundle::bportal::",
    "yew::dom_bundle::bsuspense::",
    "yew::html::component::scope::AnyScope::find_parent_scope",
    "yew::dom_bundle::btag::listeners::Registry::unregister",
    "<yew::dom_bundle::bnode::BNode as yew::dom_bundle::traits::ReconcileTarget>::shift",
    "<yew::html::component::scope::Scope<COMP> as yew::html::component::scope::feat_csr::Scoped>::shift_node",
    "yew::dom_bundle::btag::attributes::<impl yew::virtual_dom::Attributes>::apply_diff_as_maps",
    "indexmap::map::IndexMap<K,V,S>::get_index_of",
    "<yew::virtual_dom::vnode::VNode as core::clone::Clone>::clone",
    "<yew::virtual_dom::vcomp::PropsWrapper<COMP> as yew::virtual_dom::vcomp::Mountable>::copy",
    "<yew::virtual_dom::vcomp::PropsWrapper<COMP> as yew::virtual_dom::vcomp::Mountable>::mountable_eq",
];

/// The program without the words of its panics. It keeps its relocations.
pub(crate) fn without_words(program: &[u8]) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let panicking = panicking(program)?;
    let mut wasm = program.to_owned();
    // Where the code section starts, and what of it goes.
    let mut code = 0;
    let mut gone: Vec<Range<usize>> = Vec::new();
    let mut function = imported_functions(program)?;
    for payload in Parser::new(0).parse_all(program) {
        match payload? {
            Payload::CodeSectionStart { range, .. } => code = usize::try_from(range.start)?,
            Payload::CodeSectionEntry(body) => {
                let places = if panicking.contains(&function) {
                    vec![everything_in(&body)?]
                } else {
                    panics_in(&body, &panicking)?
                };
                for place in places {
                    wasm[place.clone()].fill(NOP);
                    wasm[place.start] = UNREACHABLE;
                    gone.push(place.start - code..place.end - code);
                }
                function += 1;
            }
            _ => {}
        }
    }
    without_relocations(&wasm, &gone)
}

/// The numbers of the functions that only panic, or are never called.
fn panicking(program: &[u8]) -> Result<HashSet<u32>, Box<dyn Error + Send + Sync>> {
    let mut found = HashSet::new();
    for payload in Parser::new(0).parse_all(program) {
        let Payload::CustomSection(section) = payload? else { continue };
        let KnownCustom::Name(names) = section.as_known() else { continue };
        for names in names {
            let Name::Function(functions) = names? else { continue };
            for function in functions {
                let function = function?;
                if panics(function.name) {
                    found.insert(function.index);
                }
            }
        }
    }
    if found.is_empty() {
        return Err("the program has no names, or nothing in it can panic".into());
    }
    Ok(found)
}

/// Whether the function of this name, as the compiler writes it, only panics, or is never called.
fn panics(name: &str) -> bool {
    // Without the hashes of crates: `core[c5930c85a12de822]::panicking`.
    let path = format!("{:#}", rustc_demangle::demangle(name));
    PANICKING.iter().chain(&UNUSED).any(|beginning| path.starts_with(beginning))
}

fn imported_functions(program: &[u8]) -> Result<u32, Box<dyn Error + Send + Sync>> {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(program) {
        if let Payload::ImportSection(imports) = payload? {
            for import in imports.into_imports() {
                count += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
            }
        }
    }
    Ok(count)
}

/// All that a function does.
fn everything_in(body: &FunctionBody<'_>) -> Result<Range<usize>, Box<dyn Error + Send + Sync>> {
    let start = body.get_operators_reader()?.original_position();
    // Without its `end`.
    Ok(usize::try_from(start)?..usize::try_from(body.range().end)? - 1)
}

/// The calls of functions that panic, each with what leads straight to it: by then nobody sees what is done there.
fn panics_in(
    body: &FunctionBody<'_>,
    panicking: &HashSet<u32>,
) -> Result<Vec<Range<usize>>, Box<dyn Error + Send + Sync>> {
    let mut places = Vec::new();
    let mut operators = body.get_operators_reader()?;
    let mut straight = None;
    while !operators.eof() {
        let (operator, start) = operators.read_with_offset()?;
        let start = usize::try_from(start)?;
        straight = match operator {
            Operator::Call { function_index } if panicking.contains(&function_index) => {
                places.push(straight.unwrap_or(start)..usize::try_from(operators.original_position())?);
                None
            }
            _ if has_no_effect_but_on_memory(&operator) => straight.or(Some(start)),
            _ => None,
        };
    }
    Ok(places)
}

/// What may be left out before a panic: it goes nowhere else, and calls nothing.
fn has_no_effect_but_on_memory(operator: &Operator<'_>) -> bool {
    use Operator::{
        I32Add, I32Const, I32Load, I32Load8U, I32Load16U, I32Store, I32Store8, I32Store16, I64Const,
        I64ExtendI32U, I64Load, I64Or, I64Shl, I64Store, LocalGet, LocalSet, LocalTee,
    };
    matches!(
        operator,
        I32Const { .. }
            | I64Const { .. }
            | LocalGet { .. }
            | LocalSet { .. }
            | LocalTee { .. }
            | I32Add
            | I64Or
            | I64Shl
            | I64ExtendI32U
            | I32Load { .. }
            | I32Load8U { .. }
            | I32Load16U { .. }
            | I64Load { .. }
            | I32Store { .. }
            | I32Store8 { .. }
            | I32Store16 { .. }
            | I64Store { .. }
    )
}

/// The program without the relocations of what is gone; `gone` is in order, from the start of the code section.
fn without_relocations(wasm: &[u8], gone: &[Range<usize>]) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let is_gone = |offset: usize| {
        let after = gone.partition_point(|place| place.end <= offset);
        gone.get(after).is_some_and(|place| place.contains(&offset))
    };
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::CustomSection(section) if section.name() == RELOCATIONS => {
                let reader = BinaryReader::new(section.data(), section.data_offset());
                let relocations = RelocSectionReader::new(reader)?;
                let mut count = 0_u32;
                let mut kept = Vec::new();
                for relocation in relocations.entries() {
                    let relocation = relocation?;
                    if is_gone(relocation.offset as usize) {
                        continue;
                    }
                    count += 1;
                    kept.push(relocation.ty as u8);
                    relocation.offset.encode(&mut kept);
                    relocation.index.encode(&mut kept);
                    if !matches!(relocation.ty.addend_kind(), RelocAddendKind::None) {
                        relocation.addend.encode(&mut kept);
                    }
                }
                let mut data = Vec::new();
                relocations.section_index().encode(&mut data);
                count.encode(&mut data);
                data.extend(kept);
                module.section(&CustomSection { name: RELOCATIONS.into(), data: data.into() });
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
                    module.section(&RawSection { id, data: &wasm[range] });
                }
            }
        }
    }
    Ok(module.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, Function, FunctionSection, IndirectNameMap, Instruction, NameMap, NameSection,
        TypeSection, ValType,
    };
    use wasmparser::{RelocationType, Validator};

    /// A function that panics with a place if it is given nothing, and gets a place itself if not.
    fn program() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        let mut panic = Function::new([]);
        panic.instructions().i32_const(1000).drop().unreachable().end();
        let mut caller = Function::new([]);
        caller.instruction(&Instruction::LocalGet(0));
        caller.instructions().i32_eqz().if_(wasm_encoder::BlockType::Empty);
        caller.instructions().i32_const(2000).call(0).end().i32_const(3000).drop().end();
        let mut code = CodeSection::new();
        code.function(&panic).function(&caller);
        let mut names = NameSection::new();
        let mut function_names = NameMap::new();
        function_names.append(0, "_ZN4core9panicking5panic17h0123456789abcdefE");
        function_names.append(1, "_ZN8pagewalk4walk17h0123456789abcdefE");
        names.functions(&function_names);
        names.locals(&IndirectNameMap::new());

        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        let before = module.as_slice().to_vec();
        let mut relocations = Vec::new();
        2_u32.encode(&mut relocations);
        3_u32.encode(&mut relocations);
        let start = before.len() - code.byte_len();
        for constant in [1000, 2000, 3000_i32] {
            let mut bytes = vec![0x41];
            constant.encode(&mut bytes);
            let place = before.windows(bytes.len()).position(|of| of == bytes).expect("it is there");
            relocations.push(RelocationType::MemoryAddrSleb as u8);
            u32::try_from(place + 1 - start).expect("small").encode(&mut relocations);
            0_u32.encode(&mut relocations);
            0_i64.encode(&mut relocations);
        }
        module.section(&CustomSection { name: RELOCATIONS.into(), data: relocations.into() });
        module.section(&names);
        module.finish()
    }

    /// The constants that the program asks for and, by its relocations, where they are.
    fn constants(wasm: &[u8]) -> (Vec<i32>, usize) {
        let (mut constants, mut relocations) = (Vec::new(), 0);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.expect("valid") {
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().expect("valid") {
                        if let Operator::I32Const { value } = operator.expect("valid") {
                            constants.push(value);
                        }
                    }
                }
                Payload::CustomSection(section) if section.name() == RELOCATIONS => {
                    let reader = BinaryReader::new(section.data(), section.data_offset());
                    let section = RelocSectionReader::new(reader).expect("valid");
                    relocations = section.entries().into_iter().count();
                }
                _ => {}
            }
        }
        (constants, relocations)
    }

    #[test]
    fn what_leads_to_a_panic_goes_and_the_rest_stays() {
        let program = program();
        assert_eq!(constants(&program), (vec![1000, 2000, 3000], 3));
        let small = without_words(&program).expect("valid");
        Validator::new().validate_all(&small).expect("still valid");
        assert_eq!(constants(&small), (vec![3000], 1));
        assert_eq!(small.len(), program.len() - 2 * 4, "nothing moves: two relocations go");
    }

    #[test]
    fn a_program_without_names_is_refused() {
        assert!(without_words(&Module::new().finish()).is_err());
    }

    #[test]
    fn functions_that_panic_are_known_by_both_kinds_of_names() {
        assert!(panics("_ZN4core6option13unwrap_failed17h0123456789abcdefE"));
        assert!(panics("_RNvNtCs7JBXjrqX7qE_4core9panicking9panic_fmt"));
        assert!(panics("_ZN3yew10dom_bundle4braw4BRaw13detach_bundle17h0de551d68f77655aE"));
        assert!(panics("_ZN8indexmap3map25IndexMap$LT$K$C$V$C$S$GT$12get_index_of17h0123456789abcdefE"));
        assert!(!panics("_ZN3yew10dom_bundle4btag4BTag6detach17h0de551d68f77655aE"));
        assert!(!panics("_ZN8pagewalk4walk17h0123456789abcdefE"));
    }
}
