"""``python -m tests.e2e.rotation [--all] [module:handler]``: the matrix, for this or another implementation."""

import argparse
import sys

from tests.e2e.rotation.support import cases, generated, matrix, servers, surroundings


def main() -> int:
    """1 where a case is not passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("handler", nargs="?", default=matrix.HANDLER, help="module:function, on PYTHONPATH")
    parser.add_argument("--all", action="store_true", help="each crash retried and given up, each connection cut")
    parser.add_argument("--only", default="", help="cases whose title holds this text")
    given = parser.parse_args()
    with matrix.site(given.handler) as site:
        counted = generated.cases(generated.course(site), everything=given.all)
        chosen = [
            case
            for case in (*servers.cases(), *surroundings.cases(), *cases.cases(), *counted)
            if given.only in case.title
        ]
        results = matrix.run(site, chosen)
    sys.stdout.write(matrix.table(results) + "\n")
    return int(any(result.faults for result in results))


if __name__ == "__main__":
    sys.exit(main())
