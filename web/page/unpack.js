// What the first part asks for as soon as it runs is fetched beside it, all of it in one file. What fails is asked for again then.
import { needed } from "./__wasm_split.js";
import { given } from "./part.js";

export function unpack(part) {
    const fetched = fetch(new URL(`pack_${part}.wasm`, import.meta.url));
    const pack = fetched.then(async (answer) => WebAssembly.compile(await answer.arrayBuffer()));
    for (const name of [...needed(part), `split_${part}`]) {
        const program = pack.then((of) => WebAssembly.compile(WebAssembly.Module.customSections(of, name)[0]));
        given(new URL(`./${name}.wasm`, import.meta.url), program);
    }
}
