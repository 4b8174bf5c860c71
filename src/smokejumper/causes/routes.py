"""Word slugs in paths: which segments are parameters, judged where the whole is seen."""

from collections.abc import Collection, Iterable

REST = frozenset(
    """
    new edit delete show index create update search export import stats summary history comments settings
    status count list me current login logout session sessions register health api admin v1 v2 v3 archive
    preview download upload activity versions
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
"""Words under which siblings of different resources look alike."""
LEAVES = 5


class _Node:
    __slots__ = ("children", "ends")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.ends = False


class Routes:
    """Learns from the paths that were answered which segments are slugs, and writes those as `:id`."""

    def __init__(self, paths: Iterable[str], values: Collection[str]) -> None:
        """`paths` are lexical templates that were answered by a route.

        `values` are tenants and users that the log names.
        """
        self._root = _Node()
        self._values = {v.lower() for v in values}
        for path in paths:
            node = self._root
            for part in path.strip("/").split("/"):
                node = node.children.setdefault(part, _Node())
            node.ends = True
        self._learn(self._root)

    def _learn(self, node: _Node) -> None:
        for _ in range(4):  # what one branch teaches (a value) another may need
            before = len(self._values)
            self._fold(node)
            if len(self._values) == before:
                break

    def _fold(self, node: _Node) -> None:
        slugs = self._slugs(node)
        if slugs:
            into = node.children.setdefault(":id", _Node())
            for slug in slugs:
                self._values.add(slug.lower())
                _graft(into, node.children.pop(slug))
        for child in node.children.values():
            self._fold(child)

    def _slugs(self, node: _Node) -> list[str]:
        words = {w: c for w, c in node.children.items() if w != ":id" and w not in REST and not _version(w)}
        known = [w for w in words if w.lower() in self._values]
        if known and (":id" in node.children or len(known) * 2 >= len(words)):
            return (
                known
                if len(known) < len(words) * 0.6
                else [w for w in words if w in known or _slug(w) or self._alike(words, w)]
            )
        deep = {w: {k for k in c.children if k != ":id" and k not in REST} for w, c in words.items()}
        shared = [
            w
            for w in words
            if deep[w] and sum(bool(deep[w] & deep[o]) for o in words if o != w) >= min(2, len(words) - 1)
        ]
        if len(shared) >= 3 and len(shared) >= 0.6 * len(words):
            return list(words)
        if len(shared) >= 2 and all(_slug(w) for w in words):
            return list(words)
        leaves = [w for w, c in words.items() if not c.children]
        hyphened = [w for w in leaves if _slug(w)]
        if len(leaves) >= LEAVES and len(leaves) == len(words) and len(hyphened) >= 0.6 * len(leaves):
            return leaves
        return []

    @staticmethod
    def _alike(words: dict[str, _Node], word: str) -> bool:
        mine = set(words[word].children)
        return bool(mine) and any(mine & set(c.children) for w, c in words.items() if w != word)

    def canonical(self, path: str) -> tuple[str, bool]:
        """A path with its slugs as `:id`, and whether a route ends there."""
        if path == "/":
            return path, self._root.children.get("", self._root).ends
        node: _Node | None = self._root
        parts = []
        for part in path.strip("/").split("/"):
            word = part
            if node is not None and part not in node.children and ":id" in node.children:
                word = ":id"
            node = node.children.get(word) if node is not None else None
            parts.append(word)
        return "/" + "/".join(parts), node is not None and node.ends


def _version(word: str) -> bool:
    return len(word) <= 3 and word[:1] == "v" and word[1:].isdigit()


def _slug(word: str) -> bool:
    return "-" in word.strip("-") or any(c.isdigit() for c in word)


def _graft(into: _Node, other: _Node) -> None:
    into.ends |= other.ends
    for word, child in other.children.items():
        if word in into.children:
            _graft(into.children[word], child)
        else:
            into.children[word] = child
